#include "services/collector/source/record_reader.hpp"

#include <algorithm>

namespace watchtower::collector {

namespace {

using fields::Refusal;
using json::Token;

constexpr int kRecordDepth = 3;             // the root, its list, the record
constexpr std::size_t kMostActions = 1000;  // different ones of one record

// Places in RecordReader::members_; kNames has the members in the same order.
enum Nomad { nomad_player, nomad_id, nomad_count, nomad_action, nomad_alias, nomad_time, nomad_actions };
enum Balance { balance_player, balance_gold, balance_spice, balance_type, balance_amount };
enum Dwelling { dwelling_player, dwelling_level };
enum Combat { combat_id, combat_type, combat_success, combat_attacker, combat_defender, combat_destroyed };
enum Event { event_id, event_type, event_affected };

constexpr std::size_t kUnknown = SIZE_MAX;  // the place of a member that nobody asked for

using Names = std::array<std::string_view, 7>;
constexpr std::array<Names, proto::kSectionCount> kNames = {
    Names{"player_id", "id", "count", "last_action", "action_type", "last_action_at", "actions"},
    Names{"player_id", "gold", "spice", "type", "amount"},
    Names{"player_id", "level"},
    Names{"id", "type", "success", "attacker_id", "defender_id", "destroyed_dwellings"},
    Names{"id", "type", "affected_players"}};

/// The first refusal, if any, of checks that were all made.
template <typename... Refusals>
Refusal first_of(Refusals... refusals) {
    Refusal first;
    ((first = first ? first : refusals), ...);
    return first;
}

/// The same in every process and release, for it is stored: FNV-1a.
std::uint64_t stable_hash(std::string_view text) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    }
    return hash;
}

}  // namespace

RecordReader::RecordReader(proto::Section section) : section_(section) {
    switch (section) {
        case proto::Section::nomads:
            break;
        case proto::Section::resources:
            queue_.emplace<RecordQueue<BalanceRecord>>();
            break;
        case proto::Section::dwellings:
            queue_.emplace<RecordQueue<DwellingRecord>>();
            break;
        case proto::Section::pvp:
            queue_.emplace<RecordQueue<CombatRecord>>();
            break;
        case proto::Section::events:
            queue_.emplace<RecordQueue<EventRecord>>();
            break;
    }
}

void RecordReader::begin_body() {
    keep_entries(0);
    std::visit([](auto& queue) { queue.clear(); }, queue_);
}

Refusal RecordReader::read(json::Value& element) {
    const std::string_view begin = json::first_token(element);
    if (begin.empty() || begin.front() != '{') {
        json::skip(element, kRecordDepth - 1);
        return InvalidReason::not_an_object;
    }
    read_members(element);
    switch (section_) {
        case proto::Section::nomads:
            return make_nomad();
        case proto::Section::resources:
            return make_balance();
        case proto::Section::dwellings:
            return make_dwelling();
        case proto::Section::pvp:
            return make_combat();
        case proto::Section::events:
            return make_event();
    }
    return std::nullopt;
}

void RecordReader::hand_over(std::string_view raw, RecordSink& sink, ParseResult& result) {
    std::visit([&](auto& queue) { queue.push(raw, sink, result); }, queue_);
}

void RecordReader::finish(RecordSink& sink, ParseResult& result) {
    std::visit([&](auto& queue) { queue.finish(sink, result); }, queue_);
}

template <typename Record>
Record& RecordReader::vacant() {
    return std::get<RecordQueue<Record>>(queue_).vacant();
}

void RecordReader::read_members(json::Value& element) {
    members_.fill({});
    std::size_t position = 0;
    json::walk_object(element, [&](simdjson::ondemand::field& member) {
        const std::size_t place = place_of(member, position++);
        json::Value& value = member.value();
        if (place == kUnknown) {
            json::skip(value, kRecordDepth);
        } else if (section_ == proto::Section::nomads && place == nomad_actions && json::first_token(value) == "{") {
            read_entries(value);
            members_[place] = {Token::Kind::object, {}, entries_.size()};
        } else if (section_ == proto::Section::events && place == event_affected && json::first_token(value) == "[") {
            members_[place] = {Token::Kind::array, {}, read_ids(value)};
        } else {
            json::read(value, kRecordDepth, members_[place]);
        }
    });
}

/// Records of a list mostly have their members in the same order, so that the one at this position last time is tried
/// before all others.
std::size_t RecordReader::place_of(simdjson::ondemand::field& member, std::size_t position) {
    const Names& names = kNames[proto::index(section_)];
    if (position < order_.size() && json::is_named(member, names[order_[position]])) {
        return order_[position];
    }
    const Token name = json::read_key(member);
    const auto* const known = std::find(names.begin(), names.end(), name.text);
    if (known == names.end() || name.text.empty()) {
        return kUnknown;
    }
    const auto place = static_cast<std::size_t>(known - names.begin());
    if (position < order_.size()) {
        order_[position] = static_cast<std::uint8_t>(place);
    }
    return place;
}

/// While the names are those of the record before, in its order, none of them can come twice.
void RecordReader::read_entries(json::Value& value) {
    std::size_t same_names = 0;
    bool differs = false;
    json::walk_object(value, [&](simdjson::ondemand::field& member) {
        if (!differs && same_names < entries_.size() && json::is_named(member, entries_[same_names].plain_name)) {
            json::read(member.value(), kRecordDepth + 1, entries_[same_names++].number);
            return;
        }
        if (!differs) {
            differs = true;
            keep_entries(same_names);
        }
        add_entry(member);
    });
    if (!differs) {
        keep_entries(same_names);
    }
}

void RecordReader::keep_entries(std::size_t size) {
    entries_.resize(size);
    actions_.resize(size);
}

void RecordReader::add_entry(simdjson::ondemand::field& member) {
    const char* const written = member.key().raw();
    const Token name = json::read_key(member);
    Token number;
    json::read(member.value(), kRecordDepth + 1, number);
    const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.name.text == name.text && entry.name.kind == name.kind;
    });
    if (same != entries_.end()) {
        same->number = number;
    } else if (entries_.size() <= kMostActions) {
        const auto plain_name = name.text.data() == written ? name.text : std::string_view();
        auto& [kept_name, count] = actions_.emplace_back();
        entries_.push_back({name, number, plain_name, fields::read_name(name, kept_name)});
    }
}

std::size_t RecordReader::read_ids(json::Value& value) {
    ids_hash_ = 0;
    return json::walk_array(value, [this](json::Value& element) {
        Token id;
        json::read(element, kRecordDepth + 1, id);
        ids_hash_ += stable_hash(id.text);
    });
}

Refusal RecordReader::read_actions(NomadRecord& record) {
    record.actions.clear();
    record.has_actions = !members_[nomad_actions].empty();
    if (!record.has_actions) {
        return std::nullopt;
    }
    if (members_[nomad_actions].kind != Token::Kind::object) {
        return InvalidReason::wrong_type;
    }
    if (entries_.size() > kMostActions) {
        return InvalidReason::out_of_range;
    }
    for (std::size_t at = 0; at < entries_.size(); ++at) {
        const Entry& entry = entries_[at];
        if (entry.refusal) {
            return entry.refusal;
        }
        if (entry.number.empty()) {
            return InvalidReason::wrong_type;
        }
        if (const auto refusal = fields::read_count(entry.number, actions_[at].second)) {
            return refusal;
        }
    }
    record.actions = actions_;
    return std::nullopt;
}

Refusal RecordReader::make_nomad() {
    auto& record = vacant<NomadRecord>();
    record.player_id = {};
    record.id.reset();
    record.count = 1;
    record.last_action.reset();
    record.last_action_at = fields::read_time(members_[nomad_time]);
    const Token& action = members_[members_[nomad_action].empty() ? nomad_alias : nomad_action];
    return first_of(fields::read_player(members_[nomad_player], record.player_id),
                    fields::read_id(members_[nomad_id], record.id),
                    fields::read_count(members_[nomad_count], record.count),
                    fields::read_text(action, record.last_action),
                    read_actions(record));
}

Refusal RecordReader::make_balance() {
    auto& record = vacant<BalanceRecord>();
    record = {};
    auto refusal = fields::read_player(members_[balance_player], record.player_id);
    if (!members_[balance_gold].empty() || !members_[balance_spice].empty()) {
        record.whole = true;
        return first_of(refusal,
                        fields::read_amount(members_[balance_gold], record.gold),
                        fields::read_amount(members_[balance_spice], record.spice));
    }
    std::optional<std::string_view> type;
    std::optional<proto::Amount> amount;
    refusal = first_of(refusal,
                       fields::read_text(members_[balance_type], type),
                       fields::read_amount(members_[balance_amount], amount));
    if (refusal) {
        return refusal;
    }
    if (!type || !amount) {
        return InvalidReason::missing_field;
    }
    if (type != "gold" && type != "spice") {
        return InvalidReason::wrong_type;
    }
    (type == "gold" ? record.gold : record.spice) = amount;
    return std::nullopt;
}

Refusal RecordReader::make_dwelling() {
    auto& record = vacant<DwellingRecord>();
    record = {};
    return first_of(fields::read_player(members_[dwelling_player], record.player_id),
                    fields::read_level(members_[dwelling_level], record.level));
}

Refusal RecordReader::make_combat() {
    auto& record = vacant<CombatRecord>();
    record = {};
    std::optional<std::string_view> type;
    std::optional<std::string_view> attacker;
    std::optional<std::string_view> defender;
    const auto refusal = first_of(fields::read_id(members_[combat_id], record.id),
                                  fields::read_text(members_[combat_type], type),
                                  fields::read_boolean(members_[combat_success], record.success),
                                  fields::read_id(members_[combat_attacker], attacker),
                                  fields::read_id(members_[combat_defender], defender),
                                  fields::read_count(members_[combat_destroyed], record.destroyed_dwellings));
    if (refusal) {
        return refusal;
    }
    record.type = type.value_or(record.type);
    record.attacker_id = attacker.value_or("");
    record.defender_id = defender.value_or("");
    return std::nullopt;
}

Refusal RecordReader::make_event() {
    auto& record = vacant<EventRecord>();
    record = {};
    const auto refusal =
        first_of(fields::read_id(members_[event_id], record.id), fields::read_name(members_[event_type], record.type));
    if (refusal) {
        return refusal;
    }
    const Token& affected = members_[event_affected];
    if (affected.kind == Token::Kind::array) {
        record.affected_players = affected.value;
        record.affected_ids = ids_hash_;
    } else if (const auto bad = fields::read_count(affected, record.affected_players)) {
        return bad;
    }
    return std::nullopt;
}

}  // namespace watchtower::collector
