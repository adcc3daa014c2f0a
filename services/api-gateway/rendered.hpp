#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/http/message.hpp"

namespace watchtower::gateway {

inline constexpr const char* kJsonType = "application/json";

/// A body that is the same for everybody, with what a reply needs of it. Immutable; cheap to copy.
struct Rendered {
    std::shared_ptr<const std::string> plain;
    std::shared_ptr<const std::string> gzip;  ///< null where compressing saves nothing
    std::string content_type;
    std::string etag_stem;  ///< of both: what stands in the quotes, for gzip with "-gz" behind it
};

/// Compresses the body and makes its entity tag of the tick and the bytes, so that replicas which show the same value
/// agree on the tag.
/// Not `compressed`: for one client who does not take it so.
[[nodiscard]] Rendered render(std::string body,
                              TimePoint tick,
                              std::string content_type = kJsonType,
                              bool compressed = true);

/// The same of a file whose compressed form was made before; the tag of its bytes alone.
[[nodiscard]] Rendered render(std::string_view plain, std::string_view gzip, std::string content_type);

/// 200 with the form of the body that the client takes, its strong ETag, and Vary.
[[nodiscard]] http::Reply reply_with(const Rendered& rendered, const http::Request& request);

}  // namespace watchtower::gateway
