#include "services/api-gateway/suspects.hpp"

#include <charconv>
#include <cmath>

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"
#include "proto-json/json_value.hpp"
#include "services/api-gateway/cursor_text.hpp"

namespace watchtower::gateway {

namespace {

constexpr std::string_view kVersion = "s1";
constexpr char kSeparator = '|';
constexpr std::string_view kAny = "-";

/// $1 the world, $2 a state, $3 a kind, $4 to $6 the place before, $7 how many; null: any, from the beginning.
constexpr const char* kSuspects = R"(
select player_id, kind, state, active, score, evidence::text, (extract(epoch from opened_at) * 1000)::bigint,
       (extract(epoch from updated_at) * 1000)::bigint, (extract(epoch from reviewed_at) * 1000)::bigint, note
from suspects
where world = $1 and ($2::text is null or state = $2) and ($3::text is null or kind = $3)
    and ($4::float8 is null or score < $4
         or (score = $4 and (player_id collate "C", kind collate "C") > ($6::text collate "C", $5::text collate "C")))
order by score desc, player_id collate "C", kind collate "C"
limit $7)";

constexpr const char* kIsSuspect = R"(
select exists (select from suspects where world = $1 and player_id = $2 and ($3::text is null or kind = $3)))";

template <typename List>
std::optional<std::string> name_of(const std::optional<List>& value) {
    return value ? std::optional<std::string>(to_text(*value)) : std::nullopt;
}

const char* or_null(const std::optional<std::string>& text) {
    return text ? text->c_str() : nullptr;
}

/// What the table has, another collector may have written it.
template <typename List>
auto known(const List& all, std::string_view text) {
    for (const auto candidate : all) {
        if (to_text(candidate) == text) {
            return candidate;
        }
    }
    throw Error("suspects: '" + std::string(text) + "' is not known");
}

TimePoint read_time(const pqxx::field& milliseconds) {
    return TimePoint(Milliseconds(milliseconds.as<std::int64_t>()));
}

proto::SuspectEvidence read_evidence(const pqxx::field& text) {
    try {
        return proto::decode_suspect_evidence(text.c_str());
    } catch (const BadInput& e) {  // not of whoever asks
        throw Error(e.what());
    }
}

proto::Suspect read_suspect(const pqxx::row& row) {
    proto::Suspect suspect;
    pqxx::row::size_type column = 0;
    suspect.player_id = row[column++].c_str();
    suspect.kind = known(proto::kSuspectKinds, row[column++].c_str());
    suspect.state = known(proto::kSuspectStates, row[column++].c_str());
    suspect.active = row[column++].as<bool>();
    suspect.score = row[column++].as<double>();
    suspect.evidence = read_evidence(row[column++]);
    suspect.opened_at = read_time(row[column++]);
    suspect.updated_at = read_time(row[column++]);
    if (!row[column].is_null()) {
        suspect.reviewed_at = read_time(row[column]);
    }
    if (++column; !row[column].is_null()) {
        suspect.note = row[column].c_str();
    }
    return suspect;
}

/// What a list's cursors begin with.
std::string prefix_of(const SuspectsQuestion& question) {
    std::string prefix(kVersion);
    prefix.append(1, kSeparator).append(question.world);
    prefix.append(1, kSeparator).append(question.state ? to_text(*question.state) : kAny);
    return prefix.append(1, kSeparator).append(question.kind ? to_text(*question.kind) : kAny).append(1, kSeparator);
}

/// A score: PostgreSQL must take it.
bool is_score(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

}  // namespace

SuspectsPage query_suspects(pqxx::transaction_base& transaction, const SuspectsQuestion& question) {
    const auto state = name_of(question.state);
    const auto kind = name_of(question.kind);
    const SuspectPlace* after = question.after ? &*question.after : nullptr;
    const pqxx::result rows = transaction.exec_params(kSuspects,
                                                      question.world,
                                                      or_null(state),
                                                      or_null(kind),
                                                      after == nullptr ? nullptr : after->score.c_str(),
                                                      after == nullptr ? nullptr : after->kind.c_str(),
                                                      after == nullptr ? nullptr : after->player_id.c_str(),
                                                      question.limit + 1);
    SuspectsPage page;
    for (const auto& row : rows) {
        if (page.suspects.size() == static_cast<std::size_t>(question.limit)) {
            const auto& last = page.suspects.back();
            page.next =
                SuspectPlace{rows[row.num() - 1]["score"].c_str(), std::string(to_text(last.kind)), last.player_id};
            break;
        }
        page.suspects.push_back(read_suspect(row));
    }
    return page;
}

bool is_suspect(pqxx::transaction_base& transaction,
                const std::string& world,
                const std::string& player_id,
                const std::optional<proto::SuspectKind>& kind) {
    const auto name = name_of(kind);
    return is_database_text(player_id) &&
           transaction.exec_params1(kIsSuspect, world, player_id, or_null(name))[0].as<bool>();
}

std::string encode(const SuspectsPage& page, const SuspectsQuestion& question, TimePoint now) {
    std::string out = R"({"suspects":[)";
    for (const proto::Suspect& suspect : page.suspects) {
        out += &suspect == &page.suspects.front() ? "" : ",";
        out += proto::encode(suspect);
    }
    out += R"(],"next":)";
    if (page.next) {
        append_json_string(out, encode_cursor(question, *page.next));
    } else {
        out += "null";
    }
    out += R"(,"timestamp":)";
    proto::append_time(out, now);
    return out + '}';
}

std::string encode_cursor(const SuspectsQuestion& question, const SuspectPlace& place) {
    return to_base64url(prefix_of(question)
                            .append(place.score)
                            .append(1, kSeparator)
                            .append(place.kind)
                            .append(1, kSeparator)
                            .append(place.player_id));
}

SuspectPlace parse_cursor(std::string_view text, const SuspectsQuestion& question) {
    const std::string decoded = from_base64url(text);
    if (to_base64url(decoded) != text || !decoded.starts_with(std::string(kVersion) + kSeparator)) {
        throw BadInput("query parameter cursor: is none that this API gave");
    }
    const std::string prefix = prefix_of(question);
    if (!decoded.starts_with(prefix)) {
        throw BadInput("query parameter cursor: is of another list; keep world, state and kind, or begin anew without");
    }
    const std::string_view rest = std::string_view(decoded).substr(prefix.size());
    const auto score_end = rest.find(kSeparator);
    const auto kind_end = score_end == std::string_view::npos ? score_end : rest.find(kSeparator, score_end + 1);
    if (kind_end == std::string_view::npos || !is_score(rest.substr(0, score_end)) || !is_database_text(rest)) {
        throw BadInput("query parameter cursor: is none that this API gave");
    }
    return {std::string(rest.substr(0, score_end)),
            std::string(rest.substr(score_end + 1, kind_end - score_end - 1)),
            std::string(rest.substr(kind_end + 1))};
}

}  // namespace watchtower::gateway
