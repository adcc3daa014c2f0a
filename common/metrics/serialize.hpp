#pragma once

#include <string>

#include <prometheus/collectable.h>

namespace watchtower::metrics {

/// Appends everything `source` has now as Prometheus text 0.0.4, families and samples in a fixed order. Used instead of
/// prometheus::TextSerializer, which lets newlines in HELP and bytes that are not UTF-8 through: one of them makes
/// Prometheus drop the whole scrape. Thread-safe as far as source is; a Registry is.
void append_text(std::string& out, const prometheus::Collectable& source);

}  // namespace watchtower::metrics
