#include "services/collector/model/contributions.hpp"

namespace watchtower::collector {

namespace {

constexpr unsigned kBits = 7;  // of a number in each byte; the eighth says that more follow
constexpr std::uint64_t kMore = 1U << kBits;
constexpr std::size_t kMostBytes = 10;      // of a number
constexpr std::size_t kRoom = 64UL * 1024;  // made at a time

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
    begins_[nomad] = end_;
    const std::size_t most = (4 + 3 * contribution.parts.size()) * kMostBytes;
    if (bytes_.size() - end_ < most) {
        bytes_.resize(end_ + most + kRoom);
    }
    std::uint8_t* to = bytes_.data() + end_;
    to = append(to, contribution.player);
    to = append(to, contribution.count);
    to = append(to, contribution.telling ? 1 : 0);
    to = append(to, contribution.parts.size());
    for (const Contribution::Part& part : contribution.parts) {
        to = append(to, part.action);
        to = append(to, static_cast<std::uint64_t>(part.source));
        to = append(to, part.value);
    }
    end_ = static_cast<std::size_t>(to - bytes_.data());
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
    end_ = 0;
    begins_.clear();
}

}  // namespace watchtower::collector
