#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "services/ccc-simulator/observer.hpp"
#include "services/ccc-simulator/render.hpp"
#include "services/ccc-simulator/truth.hpp"
#include "services/ccc-simulator/world.hpp"

namespace watchtower::simulator {

/// Quick rather than small: the simulator must not be what is slow.
inline constexpr int kGzipLevel = 1;

/// How far a world is: the order of moments.
struct Moment {
    std::uint32_t epoch = 0;
    std::uint32_t step = 0;
    auto operator<=>(const Moment&) const = default;
};

/// A section's pages as they were at one moment: rendered once, each compressed at most once, shared by all who ask.
/// Thread-safe.
class Edition {
public:
    Edition(Reading reading, std::vector<std::string> pages);

    [[nodiscard]] Moment moment() const { return {reading_.epoch, reading_.step}; }
    [[nodiscard]] const Reading& reading() const { return reading_; }
    [[nodiscard]] std::size_t pages() const { return pages_.size(); }
    /// Pages count from 0.
    [[nodiscard]] std::shared_ptr<const std::string> plain(std::size_t page) const { return pages_[page]; }
    [[nodiscard]] std::shared_ptr<const std::string> gzipped(std::size_t page);
    /// Notes that a page was served; true once, when that was the last one missing.
    [[nodiscard]] bool completed_by(std::size_t page);

private:
    const Reading reading_;
    std::vector<std::shared_ptr<const std::string>> pages_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<const std::string>> gzipped_;
    std::vector<bool> served_;
    std::size_t missing_;
};

/// A world for many: locked, its bodies kept, what was served of it observed. Thread-safe.
class Game {
public:
    struct Options {
        std::string name;
        WorldOptions world;
        Shape shape;
        std::size_t page_size = 0;  ///< 0: no pages
    };

    explicit Game(Options options);

    [[nodiscard]] const std::string& name() const { return options_.name; }
    [[nodiscard]] Moment moment() const;
    /// All steps at once for whoever reads.
    Moment step(std::uint32_t seconds);
    /// As World::recall.
    Moment recall();
    /// As World::hoard.
    Moment hoard(int percent);
    /// As World::make_cheat.
    Moment make_cheat(std::uint32_t players, Cheat cheat, int percent);
    Moment reset();

    /// The section as it is now.
    [[nodiscard]] std::shared_ptr<Edition> current(proto::Section section);
    /// The section as it was, for its further pages; null when it was too long ago.
    [[nodiscard]] std::shared_ptr<Edition> kept(proto::Section section, Moment moment);
    /// To be told of each page that went out as it should.
    void served(Edition& edition, std::size_t page);
    void served_bad_records(proto::Section section, std::uint64_t records);

    [[nodiscard]] std::string truth(bool by_player) const;

private:
    using Editions = std::deque<std::shared_ptr<Edition>>;

    const Options options_;
    mutable std::mutex mutex_;
    World world_;
    Observer observer_;
    std::array<Editions, proto::kSectionCount> editions_;
    std::map<std::string, std::uint64_t> bad_records_;
};

}  // namespace watchtower::simulator
