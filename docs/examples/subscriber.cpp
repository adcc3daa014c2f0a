// Every minute of a world, each once and in order.
// usage: subscriber [DURABLE [COUNT]]
// A durable name that is new reads the stream from its beginning; a known one goes on after what it acknowledged last.
// c++ -std=c++20 subscriber.cpp -lnats
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>

#include <nats/nats.h>
#include <nlohmann/json.hpp>

namespace {

template <auto destroy>
struct Deleter {
    template <typename T>
    void operator()(T* object) const {
        destroy(object);
    }
};

void check(natsStatus status, const char* what) {
    if (status != NATS_OK) {
        throw std::runtime_error(std::string(what) + ": " + natsStatus_GetText(status));
    }
}

std::string header(natsMsg* message, const char* name) {
    const char* value = nullptr;
    return natsMsgHeader_Get(message, name, &value) == NATS_OK ? value : "";
}

void print(natsMsg* message) {
    const auto document =
        nlohmann::json::parse(natsMsg_GetData(message), natsMsg_GetData(message) + natsMsg_GetDataLength(message));
    const auto& nomads = document.at("nomads");
    std::cout << header(message, "Nats-Msg-Id") << "  tick " << header(message, "Watchtower-Tick") << "  nomads "
              << (nomads.is_null() ? "unknown" : nomads.at("total_nomads").dump())
              << (document.contains("stale") ? "  stale" : "  fresh") << std::endl;
}

void subscribe(const char* url, const char* durable, long count) {
    constexpr int kMostAtOnce = 10;
    constexpr std::int64_t kWaitMilliseconds = 5'000;

    natsConnection* made = nullptr;
    check(natsConnection_ConnectTo(&made, url), "connect");
    const std::unique_ptr<natsConnection, Deleter<natsConnection_Destroy>> connection(made);
    jsCtx* context = nullptr;
    check(natsConnection_JetStream(&context, made, nullptr), "JetStream");
    const std::unique_ptr<jsCtx, Deleter<jsCtx_Destroy>> jetstream(context);
    natsSubscription* pulled = nullptr;
    jsErrCode code{};
    check(js_PullSubscribe(&pulled, context, "metrics.watchtower", durable, nullptr, nullptr, &code), "subscribe");
    const std::unique_ptr<natsSubscription, Deleter<natsSubscription_Destroy>> subscription(pulled);

    while (count > 0) {
        natsMsgList fetched{};
        const natsStatus status = natsSubscription_Fetch(&fetched, pulled, kMostAtOnce, kWaitMilliseconds, &code);
        if (status == NATS_TIMEOUT) {
            continue;  // nothing new yet
        }
        check(status, "fetch");
        const std::unique_ptr<natsMsgList, Deleter<natsMsgList_Destroy>> messages(&fetched);
        for (int i = 0; i < fetched.Count && count > 0; ++i, --count) {
            print(fetched.Msgs[i]);
            check(natsMsg_AckSync(fetched.Msgs[i], nullptr, nullptr), "acknowledge");  // what is not comes again
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const char* url = std::getenv("NATS_URL");
    try {
        subscribe(url != nullptr ? url : "nats://127.0.0.1:4222",
                  argc > 1 ? argv[1] : "example-cpp",
                  argc > 2 ? std::stol(argv[2]) : std::numeric_limits<long>::max());
    } catch (const std::exception& e) {
        std::cerr << "subscriber: " << e.what() << '\n';
        return 1;
    }
    return 0;
}
