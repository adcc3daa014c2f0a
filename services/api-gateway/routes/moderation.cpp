#include "services/api-gateway/routes/moderation.hpp"

#include "proto-json/review.hpp"
#include "proto-json/task.hpp"
#include "services/api-gateway/suspects.hpp"

namespace watchtower::gateway {

namespace {

template <typename List>
std::vector<std::string> names_of(const List& all) {
    std::vector<std::string> names;
    for (const auto one : all) {
        names.emplace_back(to_text(one));
    }
    return names;
}

/// The one of this name, which was checked; nothing: none was asked for.
template <typename List>
std::optional<typename List::value_type> chosen(const List& all, const std::optional<std::string>& name) {
    for (const auto one : all) {
        if (name && to_text(one) == *name) {
            return one;
        }
    }
    return std::nullopt;
}

SuspectsQuestion question_of(const http::Request& request, const std::string& world) {
    SuspectsQuestion question;
    question.world = world;
    question.state = chosen(proto::kSuspectStates, kSuspectState.find(request));
    question.kind = chosen(proto::kSuspectKinds, kSuspectKind.find(request));
    question.limit = static_cast<int>(kSuspectLimit.of(request));
    if (const auto cursor = kSuspectCursor.find(request)) {
        question.after = parse_cursor(*cursor, question);
    }
    return question;
}

}  // namespace

const Parameter<std::string> kSuspectState = choice_parameter(
    {.name = "state",
     .description = "Only those of whom moderators have said nothing (`open`), or this; without it all.",
     .example = "open"},
    names_of(proto::kSuspectStates),
    false);

const Parameter<std::string> kSuspectKind =
    choice_parameter({.name = "kind", .description = "Only those of this kind; without it all.", .example = "moves"},
                     names_of(proto::kSuspectKinds),
                     false);

const Parameter<std::int64_t> kSuspectLimit =
    integer_parameter({.name = "limit", .description = "How many suspects a page has at most.", .example = "10"},
                      {.least = 1, .most = SuspectsQuestion::kMostLimit, .fallback = SuspectsQuestion::kUsualLimit});

const Parameter<std::string> kSuspectCursor = cursor_parameter(
    {.name = "cursor",
     .description = "`next` of the page before, with the same `world`, `state` and `kind`. It does not expire.",
     .example = "czF8ZGVmYXVsdHwtfC18My41fG1vdmVzfHBsYXllcjE3"});

http::Reply Moderation::list(const http::Request& request) {
    const SuspectsQuestion question = question_of(request, current_.world_for(request).name);
    const SuspectsPage page = stored_.counted([&] {
        return database_.read(
            [&](pqxx::read_transaction& transaction) { return query_suspects(transaction, question); });
    });
    return http::Reply::json(encode(page, question, clock_.now())).with("Cache-Control", "no-store");
}

http::Reply Moderation::review(const http::Request& request) {
    const proto::Review review = proto::decode_review_request(request.body, kPlayerId.of(request));
    const std::string world = current_.world_for(request).name;
    const bool is_there = stored_.counted([&] {
        return database_.read([&](pqxx::read_transaction& transaction) {
            return is_suspect(transaction, world, review.player_id, review.kind);
        });
    });
    if (!is_there) {
        throw http::HttpError(404, "there is no such suspect in this world");
    }
    return tasks_.queue(std::string(proto::kReviewTask), world, encode(review));
}

}  // namespace watchtower::gateway
