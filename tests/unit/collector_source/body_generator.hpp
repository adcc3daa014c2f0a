#pragma once

#include <array>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "proto-json/sections.hpp"

namespace watchtower::collector {

inline constexpr std::array kListNames = {"nomads", "players", "dwellings", "combats", "events"};

/// Bodies made by chance from a seed.
class Generator {
public:
    explicit Generator(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

    std::string text() {
        static const std::vector<std::string> kParts = {
            "a", "Z", "7", " ", "\"", "\\", "/", "é", "😀", "\n", "\x7f", "{", "]", ",", "},{"};
        std::string text;
        for (std::size_t parts = 1 + below(6); parts > 0; --parts) {
            text += kParts[below(kParts.size())];
        }
        return text;
    }

    nlohmann::json anything(int depth = 0) {
        switch (below(depth > 3 ? 5 : 7)) {
            case 0:
                return nullptr;
            case 1:
                return below(2) == 0;
            case 2:
                return below(1000);
            case 3:
                return -1.5 * static_cast<double>(below(1000));
            case 4:
                return text();
            case 5:
                return nlohmann::json::array({anything(depth + 1), anything(depth + 1)});
            default:
                return nlohmann::json{{text(), anything(depth + 1)}, {text(), anything(depth + 1)}};
        }
    }

    /// A record with unknown members, as text with its members in any order.
    nlohmann::json record(proto::Section section) {
        nlohmann::json record = {{"x" + text(), anything()}};
        const auto maybe = [&](const char* name, const nlohmann::json& value) {
            if (below(2) == 0) {
                record[name] = value;
            }
        };
        if (section == proto::Section::nomads) {
            record["player_id"] = text();
            maybe("id", below(100));
            maybe("count", below(9));
            maybe("last_action", text());
            maybe("actions", {{text(), below(99)}, {text(), below(99)}});
        } else if (section == proto::Section::resources) {
            record["player_id"] = below(1U << 30U);
            record["gold"] = below(1U << 30U);
            maybe("spice", below(1000));
        } else if (section == proto::Section::dwellings) {
            record["player_id"] = text();
            record["level"] = 1 + below(1000);
        } else if (section == proto::Section::pvp) {
            maybe("id", text());
            maybe("success", below(2) == 0);
            maybe("attacker_id", below(100));
            maybe("destroyed_dwellings", below(100));
        } else {
            record["type"] = text();
            maybe("id", text());
            maybe("affected_players",
                  below(2) == 0 ? nlohmann::json(below(100)) : nlohmann::json::array({"a", 1, nullptr}));
        }
        return record;
    }

    nlohmann::json body(proto::Section section) {
        nlohmann::json list = nlohmann::json::array();
        for (std::size_t records = below(8); records > 0; --records) {
            list.push_back(record(section));
        }
        nlohmann::json body = {{kListNames[proto::index(section)], list}, {"meta", anything()}};
        if (below(3) == 0) {
            body["next"] = "/" + text();
        }
        return body;
    }

    /// Changes, adds or removes a byte or two.
    void damage(std::string& text) {
        static const std::string kAlphabet = R"({}[]:,"\ 0123456789-+.eEtrufalsn/x)"
                                             "\n\x01\x7f\x80\xc3\xff";
        for (std::size_t damages = 1 + below(2); damages > 0; --damages) {
            const std::size_t at = below(text.size());
            const char by = kAlphabet[below(kAlphabet.size())];
            const std::size_t kind = below(3);
            text.replace(at, kind == 0 ? 0 : 1, kind == 1 ? "" : std::string(1, by));
            text += text.empty() ? "x" : "";
        }
    }

private:
    std::mt19937 random_;
};

}  // namespace watchtower::collector
