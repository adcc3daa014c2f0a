#include <algorithm>
#include <array>

#include "common/base/error.hpp"
#include "common/nats/client.hpp"
#include "common/nats/connector.hpp"

namespace watchtower::nats {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

JetStreamHandle open_jetstream(const Connection& connection, milliseconds timeout) {
    jsOptions options;
    throw_if_failed(jsOptions_Init(&options), connection.name());
    options.Wait = timeout.count();
    jsCtx* created = nullptr;
    throw_if_failed(natsConnection_JetStream(&created, connection.get(), &options), connection.name());
    return JetStreamHandle(created);
}

/// "jsErrCode" has no name for zero, which means that JetStream said nothing.
constexpr auto kNoCode = static_cast<jsErrCode>(0);

bool has_no_jetstream(natsStatus status, jsErrCode code) {
    return status == NATS_NO_RESPONDERS || code == JSNotEnabledErr || code == JSNotEnabledForAccountErr;
}

/// Full, moving or without a leader: it passes by itself or with an operator's help.
bool may_pass(jsErrCode code) {
    static constexpr std::array kCodes = {JSAccountResourcesExceededErr,
                                          JSClusterIncompleteErr,
                                          JSClusterNotAvailErr,
                                          JSClusterNotLeaderErr,
                                          JSInsufficientResourcesErr,
                                          JSMemoryResourcesExceededErr,
                                          JSStorageResourcesExceededErr,
                                          JSStreamStoreFailedErr,
                                          JSStreamOfflineErr};
    return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

void throw_if_js_failed(natsStatus status, jsErrCode code, const std::string& what) {
    if (status != NATS_OK && may_pass(code)) {
        throw Unavailable(what + ": " + describe(status));
    }
    throw_if_failed(status, what);
}

/// A publish with a core subscriber but no stream would wait for an acknowledgement nobody sends: ask before.
bool has_stream(jsCtx* jetstream, const std::string& subject, const std::string& what) {
    jsOptions options;
    throw_if_failed(jsOptions_Init(&options), what);
    options.Stream.Info.SubjectsFilter = subject.c_str();
    jsStreamNamesList* found = nullptr;
    auto code = kNoCode;
    const auto status = js_StreamNames(&found, jetstream, &options, &code);
    const StreamNamesHandle names(found);
    if (status == NATS_NOT_FOUND || has_no_jetstream(status, code)) {
        return false;
    }
    throw_if_js_failed(status, code, what);
    return names && names->Count > 0;
}

bool equal_subjects(const jsStreamConfig& config, const std::vector<std::string>& subjects) {
    return static_cast<std::size_t>(config.SubjectsLen) == subjects.size() &&
           std::equal(subjects.begin(), subjects.end(), config.Subjects);
}

}  // namespace

std::optional<PublishAck> Client::publish_acked(const std::string& subject,
                                                std::string_view body,
                                                const Headers& headers,
                                                milliseconds timeout) {
    const auto message = make_message(subject, body, headers, max_payload());
    const std::string what = "publish to " + subject;
    const auto connection = connector_->require(what);
    const std::string who = connection->name() + ": " + what;
    const auto jetstream = open_jetstream(*connection, timeout);
    if (!has_stream(jetstream.get(), subject, who)) {
        publish_flushed(subject, body, headers, timeout);
        return std::nullopt;
    }
    jsPubOptions options;
    throw_if_failed(jsPubOptions_Init(&options), who);
    options.MaxWait = timeout.count();
    jsPubAck* received = nullptr;
    auto code = kNoCode;
    const auto status = js_PublishMsg(&received, jetstream.get(), message.get(), &options, &code);
    const AckHandle ack(received);
    if (status == NATS_NO_RESPONDERS) {
        return std::nullopt;  // the stream was deleted since
    }
    throw_if_js_failed(status, code, who);
    return PublishAck{.stream = ack->Stream, .sequence = ack->Sequence, .duplicate = ack->Duplicate};
}

bool Client::ensure_stream(const StreamOptions& stream) {
    const auto connection = connector_->require("stream " + stream.name);
    const std::string who = connection->name() + ": stream " + stream.name;
    const auto jetstream = open_jetstream(*connection, timeout_);
    std::vector<const char*> subjects;
    for (const auto& subject : stream.subjects) {
        check_subject(subject, true);
        subjects.push_back(subject.c_str());
    }
    const auto with_ours = [&](jsStreamConfig config) {
        config.Name = stream.name.c_str();
        config.Subjects = subjects.data();
        config.SubjectsLen = static_cast<int>(subjects.size());
        config.MaxAge = nanoseconds(stream.max_age).count();
        config.Duplicates = nanoseconds(stream.duplicate_window).count();
        return config;
    };
    jsStreamInfo* found = nullptr;
    auto code = kNoCode;
    auto status = js_GetStreamInfo(&found, jetstream.get(), stream.name.c_str(), nullptr, &code);
    const StreamInfoHandle info(found);
    if (has_no_jetstream(status, code)) {
        return false;
    }
    if (status == NATS_NOT_FOUND) {
        jsStreamConfig fresh;
        throw_if_failed(jsStreamConfig_Init(&fresh), who);
        fresh = with_ours(fresh);
        status = js_AddStream(nullptr, jetstream.get(), &fresh, nullptr, &code);
        throw_if_js_failed(status, code, who);
        return true;
    }
    throw_if_js_failed(status, code, who);
    jsStreamConfig changed = with_ours(*info->Config);
    if (!equal_subjects(*info->Config, stream.subjects) || changed.MaxAge != info->Config->MaxAge ||
        changed.Duplicates != info->Config->Duplicates) {
        status = js_UpdateStream(nullptr, jetstream.get(), &changed, nullptr, &code);
        throw_if_js_failed(status, code, who);
    }
    return true;
}

std::optional<StreamLook> Client::find_stream(const std::string& name) {
    const auto connection = connector_->require("stream " + name);
    const auto jetstream = open_jetstream(*connection, timeout_);
    jsStreamInfo* found = nullptr;
    auto code = kNoCode;
    const auto status = js_GetStreamInfo(&found, jetstream.get(), name.c_str(), nullptr, &code);
    const StreamInfoHandle info(found);
    if (has_no_jetstream(status, code)) {
        return std::nullopt;
    }
    if (status == NATS_NOT_FOUND) {
        return StreamLook{};
    }
    throw_if_js_failed(status, code, connection->name() + ": stream " + name);
    const auto seconds = [](std::int64_t nanos) {
        return std::chrono::duration_cast<std::chrono::seconds>(nanoseconds(nanos));
    };
    const jsStreamConfig& config = *info->Config;
    return StreamLook{StreamSettings{.max_age = seconds(config.MaxAge),
                                     .duplicate_window = seconds(config.Duplicates),
                                     .on_disk = config.Storage == js_FileStorage,
                                     .by_limits = config.Retention == js_LimitsPolicy,
                                     .is_bounded = config.MaxBytes > 0 || config.MaxMsgs > 0,
                                     .messages = info->State.Msgs}};
}

std::optional<Message> Client::last_stored(const std::string& stream, const std::string& subject) {
    const std::string what = "last message of " + subject;
    const auto connection = connector_->require(what);
    const auto jetstream = open_jetstream(*connection, timeout_);
    natsMsg* found = nullptr;
    auto code = kNoCode;
    const auto status = js_GetLastMsg(&found, jetstream.get(), stream.c_str(), subject.c_str(), nullptr, &code);
    const MessageHandle message(found);
    if (status == NATS_NOT_FOUND || code == JSStreamNotFoundErr || has_no_jetstream(status, code)) {
        return std::nullopt;
    }
    throw_if_js_failed(status, code, connection->name() + ": " + what);
    return to_message(message.get());
}

}  // namespace watchtower::nats
