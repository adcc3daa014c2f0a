#pragma once

#include <string_view>

/// Files of this folder as the build put them into the program.
namespace watchtower::gateway::embedded {

extern const std::string_view kOpenapiBase;  ///< openapi_base.json
extern const std::string_view kLivePage;     ///< web/live.html
extern const std::string_view kLiveScript;   ///< web/live.js
extern const std::string_view kLiveStyle;    ///< web/live.css
extern const std::string_view kIcon;         ///< web/icon.svg

}  // namespace watchtower::gateway::embedded
