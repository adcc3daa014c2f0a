#include "services/ccc-simulator/render.hpp"

#include "services/ccc-simulator/text.hpp"

namespace watchtower::simulator {

namespace {

/// Collects the records of one list on pages.
class Pages {
public:
    Pages(std::string_view list, const Paging& paging, std::size_t expected_bytes)
        : head_("{\"" + std::string(list) + "\":["),
          paging_(paging) {
        pages_.push_back(head_);
        pages_.back().reserve(paging.page_size == 0 ? expected_bytes : 0);
    }

    /// Where to append the next record.
    std::string& record() {
        if (paging_.page_size != 0 && on_page_ == paging_.page_size) {
            pages_.back() += R"(],"next":")" + paging_.next + std::to_string(pages_.size() + 1) + "\"}";
            pages_.push_back(head_);
            on_page_ = 0;
        }
        if (on_page_++ > 0) {
            pages_.back() += ',';
        }
        return pages_.back();
    }

    std::vector<std::string> finish() {
        pages_.back() += "]}";
        return std::move(pages_);
    }

private:
    std::string head_;
    const Paging& paging_;
    std::vector<std::string> pages_;
    std::size_t on_page_ = 0;
};

void append_player_member(std::string& out, PlayerIndex player, const Shape& shape) {
    out += "{\"player_id\":";
    append_player(out, player, shape);
}

template <typename Counts>
void append_actions(std::string& out, const Counts& done) {
    out += ",\"actions\":{";
    char separator = 0;
    for (std::size_t i = 0; i < kActionCount; ++i) {
        if (done[i] == 0) {
            continue;
        }
        if (separator != 0) {
            out += separator;
        }
        separator = ',';
        out += '"';
        out += kActionNames[i];
        out += "\":";
        append_integer(out, done[i]);
    }
    out += '}';
}

void append_last_action(std::string& out, const Nomad& nomad, const Shape& shape, TimeWriter& times) {
    if (!nomad.has_acted) {
        return;
    }
    out += shape.nomads == Shape::Nomads::action_type ? R"(,"action_type":")" : R"(,"last_action":")";
    out += kActionNames[static_cast<std::size_t>(nomad.last_action)];
    out += '"';
    if (shape.nomads == Shape::Nomads::last_action_at) {
        out += ",\"last_action_at\":";
        times.append(out, World::kStart + nomad.last_step);
    }
}

std::vector<std::string> render_nomads(const World& world, const Shape& shape, const Paging& paging) {
    const Population& people = world.people();
    Pages pages("nomads", paging, people.nomads().size() * 128);
    TimeWriter times;
    for (const Nomad& nomad : people.nomads()) {
        if (!nomad.alive || !people.players()[nomad.owner].present()) {
            continue;
        }
        std::string& out = pages.record();
        append_player_member(out, nomad.owner, shape);
        if (shape.ids) {
            out += ",\"id\":";
            append_integer(out, nomad.id);
        }
        append_last_action(out, nomad, shape, times);
        if (shape.cumulative()) {
            append_actions(out, nomad.done);
        }
        out += '}';
    }
    return pages.finish();
}

std::vector<std::string> render_grouped_nomads(const World& world, const Shape& shape, const Paging& paging) {
    const auto& players = world.people().players();
    Pages pages("nomads", paging, players.size() * 128);
    for (PlayerIndex index = 0; index < players.size(); ++index) {
        if (!players[index].present()) {
            continue;
        }
        ActionCounts done{};
        for (NomadIndex i = players[index].newest_nomad; i != kNone; i = world.people().nomads()[i].older) {
            for (std::size_t action = 0; action < kActionCount; ++action) {
                done[action] += world.people().nomads()[i].done[action];
            }
        }
        std::string& out = pages.record();
        append_player_member(out, index, shape);
        out += ",\"count\":";
        append_integer(out, players[index].nomads);
        append_actions(out, done);
        out += '}';
    }
    return pages.finish();
}

void append_resource_row(std::string& out, PlayerIndex player, const Shape& shape, std::string_view type) {
    append_player_member(out, player, shape);
    out += R"(,"type":")";
    out += type;
    out += R"(","amount":)";
}

std::vector<std::string> render_resources(const World& world, const Shape& shape, const Paging& paging) {
    const auto& players = world.people().players();
    Pages pages(
        shape.resource_rows ? "resources" : "players", paging, players.size() * (shape.resource_rows ? 110 : 60));
    for (PlayerIndex index = 0; index < players.size(); ++index) {
        const Player& player = players[index];
        if (!player.present()) {
            continue;
        }
        std::string* out = &pages.record();
        if (shape.resource_rows) {
            append_resource_row(*out, index, shape, "gold");
            append_amount(*out, player.gold);
            *out += '}';
            out = &pages.record();
            append_resource_row(*out, index, shape, "spice");
        } else {
            append_player_member(*out, index, shape);
            *out += ",\"gold\":";
            append_amount(*out, player.gold);
            *out += ",\"spice\":";
        }
        append_amount(*out, player.spice);
        *out += '}';
    }
    return pages.finish();
}

std::vector<std::string> render_dwellings(const World& world, const Shape& shape, const Paging& paging) {
    const auto& players = world.people().players();
    Pages pages("dwellings", paging, players.size() * 80);
    for (PlayerIndex index = 0; index < players.size(); ++index) {
        if (!players[index].present()) {
            continue;
        }
        const auto append = [&](std::uint64_t level) {
            std::string& out = pages.record();
            append_player_member(out, index, shape);
            out += ",\"level\":";
            append_integer(out, level);
            out += '}';
        };
        for (std::size_t level = 0; level < kDwellingLevels; ++level) {
            for (std::uint32_t i = 0; i < players[index].dwellings[level]; ++i) {
                append(level + 1);
            }
        }
        if (players[index].tower > 0) {
            append(players[index].tower);
        }
    }
    return pages.finish();
}

void append_id(std::string& out, std::string_view prefix, std::uint64_t id, const Shape& shape) {
    out += '{';
    if (shape.ids) {
        out += R"("id":")";
        out += prefix;
        append_integer(out, id);
        out += "\",";
    }
    out += R"("type":")";
}

std::vector<std::string> render_pvp(const World& world, const Shape& shape, const Paging& paging) {
    Pages pages(shape.pvp_actions ? "pvp_actions" : "combats", paging, world.combats().list().size() * 140);
    for (const Combat& combat : world.combats().list()) {
        std::string& out = pages.record();
        append_id(out, "c", combat.id, shape);
        out += kCombatNames[static_cast<std::size_t>(combat.type)];
        out += R"(","success":)";
        out += combat.success ? "true" : "false";
        out += ",\"attacker_id\":";
        append_player(out, combat.attacker, shape);
        out += ",\"defender_id\":";
        append_player(out, combat.defender, shape);
        out += ",\"destroyed_dwellings\":";
        append_integer(out, combat.destroyed_dwellings);
        out += '}';
    }
    return pages.finish();
}

void append_affected(std::string& out, const Event& event, const Shape& shape) {
    if (shape.affected == Shape::Affected::absent) {
        return;
    }
    out += ",\"affected_players\":";
    if (shape.affected == Shape::Affected::count) {
        append_integer(out, event.affected.size());
        return;
    }
    out += '[';
    for (std::size_t i = 0; i < event.affected.size(); ++i) {
        out += i == 0 ? "" : ",";
        append_player(out, event.affected[i], shape);
    }
    out += ']';
}

std::vector<std::string> render_events(const World& world, const Shape& shape, const Paging& paging) {
    Pages pages("events", paging, world.events().list().size() * 300);
    for (const Event& event : world.events().list()) {
        std::string& out = pages.record();
        append_id(out, "e", event.id, shape);
        out += kEventNames[static_cast<std::size_t>(event.type)];
        out += '"';
        append_affected(out, event, shape);
        out += '}';
    }
    return pages.finish();
}

}  // namespace

std::string path_of(proto::Section section) {
    constexpr std::array<const char*, proto::kSectionCount> kPaths = {
        "/nomads", "/resources", "/dwellings", "/combat/stats", "/events"};
    return kPaths[proto::index(section)];
}

std::vector<std::string> render(proto::Section section, const World& world, const Shape& shape, const Paging& paging) {
    switch (section) {
        case proto::Section::nomads:
            return shape.nomads == Shape::Nomads::grouped ? render_grouped_nomads(world, shape, paging)
                                                          : render_nomads(world, shape, paging);
        case proto::Section::resources:
            return render_resources(world, shape, paging);
        case proto::Section::dwellings:
            return render_dwellings(world, shape, paging);
        case proto::Section::pvp:
            return render_pvp(world, shape, paging);
        case proto::Section::events:
            break;
    }
    return render_events(world, shape, paging);
}

}  // namespace watchtower::simulator
