#include "services/collector/model/contributions.hpp"

namespace watchtower::collector {

namespace {

constexpr unsigned kBits = 7;  // of a number in each byte; the eighth says that more follow
constexpr std::uint64_t kMore = 1U << kBits;
constexpr std::size_t kMostBytes = 10;  // of a number

/// Where a number of any size ends that begins at `to`.
std::uint8_t* append(std::uint8_t* to, std::uint64_t number) {
    while (number >= kMore) {
        *to++ = static_cast<std::uint8_t>(number | kMore);
        number >>= kBits;
    }
    *to++ = static_cast<std::uint8_t>(number);
    return to;
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
    const std::size_t begin = bytes_.size();
    begins_[nomad] = begin;
    bytes_.resize(begin + (4 + 3 * contribution.parts.size()) * kMostBytes);
    std::uint8_t* to = bytes_.data() + begin;
    to = append(to, contribution.player);
    to = append(to, contribution.count);
    to = append(to, contribution.telling ? 1 : 0);
    to = append(to, contribution.parts.size());
    for (const Contribution::Part& part : contribution.parts) {
        to = append(to, part.action);
        to = append(to, static_cast<std::uint64_t>(part.source));
        to = append(to, part.value);
    }
    bytes_.resize(static_cast<std::size_t>(to - bytes_.data()));
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
