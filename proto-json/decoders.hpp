#pragma once

#include "proto-json/alert.hpp"
#include "proto-json/alert_watch.hpp"
#include "proto-json/document.hpp"
#include "proto-json/json_value.hpp"

/// Inside of the codecs: decoders of values that stand inside other values.
namespace watchtower::proto {

[[nodiscard]] Document decode_document(const JsonValue& value);
[[nodiscard]] Alert decode_alert(const JsonValue& value);
[[nodiscard]] AlertWatch decode_alert_watch(const JsonValue& value);
[[nodiscard]] Counts decode_counts(const JsonValue& value);
[[nodiscard]] EventsSection::Type decode_event_type(const JsonValue::Member& member);

void append(std::string& out, const AlertWatch& watch);
void append_event_types(std::string& out, const std::vector<EventsSection::Type>& types);

}  // namespace watchtower::proto
