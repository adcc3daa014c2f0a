#include "services/collector/model/contributions.hpp"

namespace watchtower::collector {

namespace {

constexpr unsigned kBits = 7;  // of a number in each byte; the eighth says that more follow
constexpr std::uint64_t kMore = 1U << kBits;

void append(std::vector<std::uint8_t>& bytes, std::uint64_t number) {
    while (number >= kMore) {
        bytes.push_back(static_cast<std::uint8_t>(number | kMore));
        number >>= kBits;
    }
    bytes.push_back(static_cast<std::uint8_t>(number));
}

std::uint64_t take(const std::vector<std::uint8_t>& bytes, std::size_t& at) {
    std::uint64_t number = bytes[at] % kMore;
    for (unsigned shift = kBits; bytes[at++] >= kMore; shift += kBits) {
        number |= (bytes[at] % kMore) << shift;
    }
    return number;
}

}  // namespace

void Contributions::put(NameTable::Id nomad, const Contribution& contribution) {
    if (nomad >= begins_.size()) {
        begins_.resize(nomad + 1U);
    }
    begins_[nomad] = bytes_.size();
    append(bytes_, contribution.player);
    append(bytes_, contribution.count);
    append(bytes_, contribution.telling ? 1 : 0);
    append(bytes_, contribution.parts.size());
    for (const Contribution::Part& part : contribution.parts) {
        append(bytes_, part.action);
        append(bytes_, static_cast<std::uint64_t>(part.source));
        append(bytes_, part.value);
    }
}

void Contributions::get(NameTable::Id nomad, Contribution& contribution) const {
    std::size_t at = begins_[nomad];
    contribution.player = static_cast<NameTable::Id>(take(bytes_, at));
    contribution.count = take(bytes_, at);
    contribution.telling = take(bytes_, at) != 0;
    contribution.parts.resize(take(bytes_, at));
    for (Contribution::Part& part : contribution.parts) {
        part.action = static_cast<NameTable::Id>(take(bytes_, at));
        part.source = static_cast<ActionSource>(take(bytes_, at));
        part.value = take(bytes_, at);
    }
}

void Contributions::clear() {
    bytes_.clear();
    begins_.clear();
}

}  // namespace watchtower::collector
