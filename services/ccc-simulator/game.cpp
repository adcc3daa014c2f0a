#include "services/ccc-simulator/game.hpp"

#include <algorithm>

#include "common/http/gzip.hpp"

namespace watchtower::simulator {

namespace {

/// Enough for readers that take turns over the pages of a moving world.
constexpr std::size_t kKeptPaged = 8;

}  // namespace

Edition::Edition(Reading reading, std::vector<std::string> pages)
    : reading_(std::move(reading)),
      gzipped_(pages.size()),
      served_(pages.size()),
      missing_(pages.size()) {
    for (std::string& page : pages) {
        pages_.push_back(std::make_shared<const std::string>(std::move(page)));
    }
}

std::shared_ptr<const std::string> Edition::gzipped(std::size_t page) {
    const std::lock_guard lock(mutex_);
    if (gzipped_[page] == nullptr) {
        gzipped_[page] = std::make_shared<const std::string>(http::gzip(*pages_[page], kGzipLevel));
    }
    return gzipped_[page];
}

bool Edition::completed_by(std::size_t page) {
    const std::lock_guard lock(mutex_);
    if (served_[page]) {
        return false;
    }
    served_[page] = true;
    return --missing_ == 0;
}

Game::Game(Options options) : options_(std::move(options)), world_(options_.world) {}

Moment Game::moment() const {
    const std::lock_guard lock(mutex_);
    return {world_.epoch(), world_.step_number()};
}

Moment Game::step(std::uint32_t seconds) {
    const std::lock_guard lock(mutex_);
    for (std::uint32_t i = 0; i < seconds; ++i) {
        world_.step();
    }
    return {world_.epoch(), world_.step_number()};
}

Moment Game::recall() {
    const std::lock_guard lock(mutex_);
    world_.recall();
    return {world_.epoch(), world_.step_number()};
}

Moment Game::hoard(int percent) {
    const std::lock_guard lock(mutex_);
    world_.hoard(percent);
    return {world_.epoch(), world_.step_number()};
}

Moment Game::make_cheat(std::uint32_t players, Cheat cheat, int percent) {
    const std::lock_guard lock(mutex_);
    world_.make_cheat(players, cheat, percent);
    return {world_.epoch(), world_.step_number()};
}

Moment Game::reset() {
    const std::lock_guard lock(mutex_);
    world_.reset();
    return {world_.epoch(), world_.step_number()};
}

std::shared_ptr<Edition> Game::current(proto::Section section) {
    const std::lock_guard lock(mutex_);
    Editions& editions = editions_[proto::index(section)];
    const Moment now{world_.epoch(), world_.step_number()};
    if (!editions.empty() && editions.back()->moment() == now) {
        return editions.back();
    }
    // The world's name makes the link right below any base address.
    const Paging paging{options_.page_size,
                        path_of(section) + "?world=" + options_.name + "&at=" + std::to_string(now.epoch) + "." +
                            std::to_string(now.step) + "&page="};
    if (editions.size() >= (options_.page_size == 0 ? 1 : kKeptPaged)) {
        editions.pop_front();
    }
    editions.push_back(
        std::make_shared<Edition>(read(section, world_), render(section, world_, options_.shape, paging)));
    return editions.back();
}

std::shared_ptr<Edition> Game::kept(proto::Section section, Moment moment) {
    const std::lock_guard lock(mutex_);
    const Editions& editions = editions_[proto::index(section)];
    const auto found = std::find_if(
        editions.begin(), editions.end(), [moment](const auto& edition) { return edition->moment() == moment; });
    return found == editions.end() ? nullptr : *found;
}

void Game::served(Edition& edition, std::size_t page) {
    if (edition.completed_by(page)) {
        const std::lock_guard lock(mutex_);
        observer_.take(edition.reading());
    }
}

void Game::served_bad_records(proto::Section section, std::uint64_t records) {
    const std::lock_guard lock(mutex_);
    bad_records_[std::string(to_text(section))] += records;
}

std::string Game::truth(bool by_player) const {
    const std::lock_guard lock(mutex_);
    return render_truth({options_.name, by_player, bad_records_}, world_, options_.shape, observer_);
}

}  // namespace watchtower::simulator
