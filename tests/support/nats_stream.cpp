#include "tests/support/nats_stream.hpp"

#include <functional>
#include <stdexcept>

#include "common/nats/library.hpp"

namespace watchtower::test {

namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;

struct ConnectionDeleter {
    void operator()(natsConnection* connection) const noexcept { natsConnection_Destroy(connection); }
};

/// A connection and its view of a stream.
class Stream {
public:
    Stream(const std::string& url, const std::string& name) {
        natsConnection* connection = nullptr;
        check(natsConnection_ConnectTo(&connection, url.c_str()), "connect");
        connection_.reset(connection);
        jsCtx* jetstream = nullptr;
        check(natsConnection_JetStream(&jetstream, connection, nullptr), "jetstream");
        jetstream_.reset(jetstream);
        jsStreamInfo* info = nullptr;
        check(js_GetStreamInfo(&info, jetstream, name.c_str(), nullptr, nullptr), "stream " + name);
        info_.reset(info);
    }

    [[nodiscard]] jsCtx* jetstream() const { return jetstream_.get(); }
    [[nodiscard]] const jsStreamInfo& info() const { return *info_; }

    static void check(natsStatus status, const std::string& what) {
        if (status != NATS_OK) {
            throw std::runtime_error("nats: " + what + ": " + nats::describe(status));
        }
    }

private:
    std::unique_ptr<natsConnection, ConnectionDeleter> connection_;
    nats::JetStreamHandle jetstream_;
    nats::StreamInfoHandle info_;
};

void for_each_message(const std::string& url,
                      const std::string& stream,
                      const std::string& subject,
                      const std::function<void(natsMsg*)>& visit) {
    const Stream source(url, stream);
    for (auto sequence = source.info().State.FirstSeq; sequence <= source.info().State.LastSeq; ++sequence) {
        natsMsg* found = nullptr;
        Stream::check(js_GetMsg(&found, source.jetstream(), stream.c_str(), sequence, nullptr, nullptr), "message");
        const nats::MessageHandle message(found);
        if (subject == natsMsg_GetSubject(found)) {
            visit(found);
        }
    }
}

}  // namespace

std::vector<nats::Message> read_stream(const std::string& url, const std::string& stream, const std::string& subject) {
    std::vector<nats::Message> messages;
    for_each_message(url, stream, subject, [&](natsMsg* message) { messages.push_back(nats::to_message(message)); });
    return messages;
}

std::vector<TimePoint> storing_times(const std::string& url, const std::string& stream, const std::string& subject) {
    std::vector<TimePoint> times;
    for_each_message(url, stream, subject, [&](natsMsg* message) {
        times.emplace_back(
            std::chrono::duration_cast<Milliseconds>(std::chrono::nanoseconds(natsMsg_GetTime(message))));
    });
    return times;
}

void make_stream(const std::string& url,
                 const std::string& stream,
                 const std::vector<std::string>& subjects,
                 int servers) {
    natsConnection* opened = nullptr;
    Stream::check(natsConnection_ConnectTo(&opened, url.c_str()), "connect");
    const std::unique_ptr<natsConnection, ConnectionDeleter> connection(opened);
    jsCtx* context = nullptr;
    Stream::check(natsConnection_JetStream(&context, opened, nullptr), "jetstream");
    const nats::JetStreamHandle jetstream(context);
    std::vector<const char*> names;
    for (const std::string& subject : subjects) {
        names.push_back(subject.c_str());
    }
    jsStreamConfig config;
    (void)jsStreamConfig_Init(&config);
    config.Name = stream.c_str();
    config.Subjects = names.data();
    config.SubjectsLen = static_cast<int>(names.size());
    config.Replicas = servers;
    Stream::check(js_AddStream(nullptr, context, &config, nullptr, nullptr), "stream " + stream);
}

StreamSettings stream_settings(const std::string& url, const std::string& stream) {
    const Stream source(url, stream);
    const jsStreamConfig& config = *source.info().Config;
    return {.subjects = {config.Subjects, config.Subjects + config.SubjectsLen},
            .max_age_seconds = config.MaxAge / kNanoseconds,
            .duplicate_window_seconds = config.Duplicates / kNanoseconds};
}

}  // namespace watchtower::test
