#include "services/collector/source/client.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "common/base/backoff.hpp"
#include "common/base/configuration.hpp"
#include "common/base/stop_signal.hpp"

namespace watchtower::collector {

namespace {

using proto::SectionError;
using std::chrono::steady_clock;

constexpr std::size_t kMostLinkBytes = 8192;

/// What an answer's status means; nothing: its body counts.
std::optional<SectionError> error_of_status(int status) {
    if (status == 200) {
        return std::nullopt;
    }
    if (status == 401 || status == 403) {
        return SectionError::unauthorized;
    }
    if (status == 404) {
        return SectionError::not_found;
    }
    if (status >= 500) {
        return SectionError::server_error;
    }
    return status >= 300 ? SectionError::client_error : SectionError::invalid_body;
}

bool may_pass(int status) {
    return status >= 500 || status == 429;
}

SectionError to_section_error(http::FetchError error) {
    switch (error) {
        case http::FetchError::timeout:
            return SectionError::timeout;
        case http::FetchError::too_large:
            return SectionError::too_large;
        default:
            return SectionError::network_error;
    }
}

/// Why a link to a next page is not followed; empty: it is. The link is not quoted: it may hold a key.
std::string objection_to(std::string_view link) {
    if (link.size() > kMostLinkBytes) {
        return "is longer than " + std::to_string(kMostLinkBytes) + " bytes";
    }
    if (!link.starts_with('/') || link.starts_with("//")) {
        return "does not begin with a single '/'";
    }
    const auto is_wrong = [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '\\' || c == '#';
    };
    return std::any_of(link.begin(), link.end(), is_wrong) ? "has a character that no URL has" : "";
}

/// Scheme, host and port of a URL, and the path behind them.
std::pair<std::string, std::string> split(const std::string& url) {
    const auto path = url.find('/', url.find("://") + 3);
    return path == std::string::npos ? std::pair(url, std::string()) : std::pair(url.substr(0, path), url.substr(path));
}

/// One read of a section.
class PagedRead {
public:
    struct Source {
        const World& world;
        std::string_view path;
        const SourceOptions& options;
        http::Client& client;
        SectionParser& parser;
    };

    PagedRead(const Source& source, std::stop_token stop, steady_clock::time_point deadline)
        : source_(source),
          deadline_(deadline),
          backoff_(source.options.first_retry, source.options.most_retry) {
        fetch_.stop = std::move(stop);
        fetch_.headers = {{"Accept", "application/json"}, {"User-Agent", "watchtower-collector/" + version()}};
        if (!source.world.api_key.empty()) {
            fetch_.headers.emplace_back("Authorization", "Bearer " + source.world.api_key);
        }
    }

    SectionRead run(RecordSink& sink);

private:
    /// The path of the next page; nothing when there is none or the read has failed.
    std::optional<std::string> read_page(const std::string& url, RecordSink& sink);
    std::optional<http::FetchResult> fetch(const std::string& url);
    std::optional<http::FetchResult> try_fetch(const std::string& url);
    bool wait_for_retry(const http::FetchResult& failed);
    void fail(SectionError error, const std::string& why);

    const Source& source_;
    steady_clock::time_point deadline_;
    Backoff backoff_;
    http::FetchOptions fetch_;
    SectionRead read_;
};

void PagedRead::fail(SectionError error, const std::string& why) {
    read_.failure = SectionFailure{
        error, "ccc: GET " + std::string(source_.path) + ", page " + std::to_string(read_.pages + 1) + ": " + why};
    read_.errors.push_back(error);
}

SectionRead PagedRead::run(RecordSink& sink) {
    const auto [host, base_path] = split(source_.world.url);
    std::unordered_set<std::string> seen;
    std::optional<std::string> path = base_path + std::string(source_.path);
    while (path) {
        if (!seen.insert(*path).second) {
            fail(SectionError::invalid_body, "'next' leads to a page that was read already");
        } else if (seen.size() > source_.options.max_pages) {
            fail(SectionError::invalid_body, "more than " + std::to_string(source_.options.max_pages) + " pages");
        }
        path = read_.failure ? std::nullopt : read_page(host + *path, sink);
    }
    return std::move(read_);
}

std::optional<std::string> PagedRead::read_page(const std::string& url, RecordSink& sink) {
    auto answer = fetch(url);
    if (!answer) {
        return std::nullopt;
    }
    auto page = source_.parser.parse(answer->body, sink);
    if (page.error) {
        fail(SectionError::invalid_body, *page.error);
        return std::nullopt;
    }
    if (page.next) {
        if (const auto objection = objection_to(*page.next); !objection.empty()) {
            fail(SectionError::invalid_body, "'next' " + objection);
            return std::nullopt;
        }
    }
    ++read_.pages;
    read_.records += page.records;
    read_.invalid.add(page.invalid);
    return std::move(page.next);
}

/// An answer whose body counts; nothing when the read has failed.
std::optional<http::FetchResult> PagedRead::fetch(const std::string& url) {
    backoff_.reset();
    for (;;) {
        auto answer = try_fetch(url);
        if (!answer) {
            return std::nullopt;
        }
        const bool answered = answer->error == http::FetchError::none;
        const auto error = answered ? error_of_status(answer->status) : to_section_error(answer->error);
        if (!error) {
            return answer;
        }
        const bool retry = answered ? may_pass(answer->status) : error != SectionError::too_large;
        if (!retry || !wait_for_retry(*answer)) {
            fail(*error, answered ? "status " + std::to_string(answer->status) : answer->reason);
            return std::nullopt;
        }
        read_.errors.push_back(*error);
    }
}

/// One request with what is left of time and bytes; nothing when nothing is left.
std::optional<http::FetchResult> PagedRead::try_fetch(const std::string& url) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline_ - steady_clock::now());
    if (left <= Milliseconds(0) || fetch_.stop.stop_requested()) {
        fail(SectionError::timeout, fetch_.stop.stop_requested() ? "stopped" : "the section's time is up");
        return std::nullopt;
    }
    if (read_.bytes >= source_.options.max_body_bytes) {
        fail(SectionError::too_large, "the pages before have all the bytes allowed");
        return std::nullopt;
    }
    fetch_.timeout = left;
    fetch_.max_body_bytes = source_.options.max_body_bytes - read_.bytes;
    auto answer = source_.client.get(url, fetch_);
    read_.durations.push_back(answer.duration);
    read_.bytes += answer.body.size();
    read_.date = answer.header("date").value_or("");
    read_.simulated = read_.simulated || answer.header("x-ccc-simulated") == "true";
    return answer;
}

/// False when there is no time for a retry that takes as long as what has failed.
bool PagedRead::wait_for_retry(const http::FetchResult& failed) {
    constexpr std::chrono::seconds kLongest = std::chrono::hours(24);
    const Milliseconds asked = std::min(failed.retry_after.value_or(std::chrono::seconds(0)), kLongest);
    const Milliseconds wait = std::max(backoff_.next(), asked);
    const auto latest_start = deadline_ - failed.duration;
    return steady_clock::now() + wait < latest_start && wait_for(fetch_.stop, wait) &&
           steady_clock::now() < latest_start;
}

}  // namespace

std::string_view path_of(proto::Section section) {
    constexpr std::array<std::string_view, proto::kSectionCount> kPaths = {
        "/nomads", "/resources", "/dwellings", "/combat/stats", "/events"};
    return kPaths[proto::index(section)];
}

SectionSource::SectionSource(World world, proto::Section section, SourceOptions options)
    : world_(std::move(world)),
      section_(section),
      options_(options),
      parser_(section) {}

SectionRead SectionSource::read(const std::stop_token& stop, steady_clock::time_point deadline, RecordSink& sink) {
    const PagedRead::Source source{world_, path_of(section_), options_, client_, parser_};
    return PagedRead(source, stop, deadline).run(sink);
}

}  // namespace watchtower::collector
