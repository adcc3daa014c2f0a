#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace watchtower::proto {

/// The five parts of what the game tells, in the document's order.
enum class Section { nomads, resources, dwellings, pvp, events };

inline constexpr std::array kSections = {
    Section::nomads, Section::resources, Section::dwellings, Section::pvp, Section::events};
inline constexpr std::size_t kSectionCount = kSections.size();

/// The section's name: its key in the document, label values, table columns.
[[nodiscard]] constexpr std::string_view to_text(Section section) {
    constexpr std::array<std::string_view, kSectionCount> kNames = {
        "nomads", "resources", "dwellings", "pvp", "events"};
    return kNames[static_cast<std::size_t>(section)];
}

[[nodiscard]] constexpr std::size_t index(Section section) {
    return static_cast<std::size_t>(section);
}

/// Why a section's last read failed: the label error_type of ccc_api_errors_total; collector_down only in documents.
enum class SectionError {
    timeout,
    network_error,
    unauthorized,
    not_found,
    client_error,
    server_error,
    invalid_body,
    too_large,
    collector_down
};

inline constexpr std::array kSectionErrors = {SectionError::timeout,
                                              SectionError::network_error,
                                              SectionError::unauthorized,
                                              SectionError::not_found,
                                              SectionError::client_error,
                                              SectionError::server_error,
                                              SectionError::invalid_body,
                                              SectionError::too_large,
                                              SectionError::collector_down};

[[nodiscard]] constexpr std::string_view to_text(SectionError error) {
    constexpr std::array<std::string_view, kSectionErrors.size()> kNames = {"timeout",
                                                                            "network_error",
                                                                            "unauthorized",
                                                                            "not_found",
                                                                            "client_error",
                                                                            "server_error",
                                                                            "invalid_body",
                                                                            "too_large",
                                                                            "collector_down"};
    return kNames[static_cast<std::size_t>(error)];
}

}  // namespace watchtower::proto
