#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/metrics/text.hpp"
#include "common/world_state/freshness.hpp"
#include "common/world_state/worlds.hpp"

/// Inside of prometheus_text: families of samples over all worlds.
namespace watchtower::world_state {

/// A world and what is worked out of it once for all families.
struct Shown {
    const proto::State& state;
    Freshness freshness;
    std::span<const proto::TopPlayer> top_players;
    std::vector<std::string> player_labels;  ///< of top_players

    [[nodiscard]] bool shows(proto::Section section) const { return freshness.shows(section); }
};

/// A family's samples of one world; `world` comes first in every label set.
class WorldSamples {
public:
    WorldSamples(metrics::TextWriter& writer, std::string_view name, std::string_view world)
        : writer_(writer),
          name_(name),
          world_(world) {}

    template <typename T>
    void add(T value) const {
        writer_.append_sample(name_, {{"world", world_}}, value);
    }
    template <typename T>
    void add(metrics::Label label, T value) const {
        writer_.append_sample(name_, {{"world", world_}, label}, value);
    }
    template <typename T>
    void add(metrics::Label label, metrics::Label other, T value) const {
        writer_.append_sample(name_, {{"world", world_}, label, other}, value);
    }

private:
    metrics::TextWriter& writer_;
    std::string_view name_;
    std::string_view world_;
};

/// Writes families; one that no world has a sample of is left out.
class GameText {
public:
    /// `uncollected`: names of worlds without any state. All that is referred to must outlive it.
    GameText(std::vector<Shown> worlds, std::vector<std::string_view> uncollected)
        : worlds_(std::move(worlds)),
          uncollected_(std::move(uncollected)) {}

    template <typename AddSamples>
    void counter(std::string_view name, std::string_view help, AddSamples add_samples) {
        family(name, metrics::FamilyType::counter, help, add_samples);
    }
    template <typename AddSamples>
    void gauge(std::string_view name, std::string_view help, AddSamples add_samples) {
        family(name, metrics::FamilyType::gauge, help, add_samples);
    }
    /// With samples of the worlds without any state, too.
    template <typename AddSamples, typename AddUncollected>
    void gauge(std::string_view name, std::string_view help, AddSamples add_samples, AddUncollected add_uncollected) {
        family(name, metrics::FamilyType::gauge, help, add_samples, add_uncollected);
    }

    [[nodiscard]] std::string take() && { return std::move(text_); }

private:
    template <typename AddSamples>
    void family(std::string_view name, metrics::FamilyType type, std::string_view help, AddSamples add_samples) {
        family(name, type, help, add_samples, [](const WorldSamples& /*samples*/) {});
    }

    template <typename AddSamples, typename AddUncollected>
    void family(std::string_view name,
                metrics::FamilyType type,
                std::string_view help,
                AddSamples add_samples,
                AddUncollected add_uncollected) {
        std::string samples;
        metrics::TextWriter sample_writer(samples);
        for (const Shown& world : worlds_) {
            add_samples(world, WorldSamples(sample_writer, name, world.state.world));
        }
        for (const std::string_view world : uncollected_) {
            add_uncollected(WorldSamples(sample_writer, name, world));
        }
        if (!samples.empty()) {
            metrics::TextWriter(text_).append_family(name, type, help);
            text_ += samples;
        }
    }

    std::vector<Shown> worlds_;
    std::vector<std::string_view> uncollected_;
    std::string text_;
};

}  // namespace watchtower::world_state
