#include "common/http/client.hpp"

#include <algorithm>
#include <utility>

#include <curl/curl.h>

#include "common/http/syntax.hpp"

namespace watchtower::http {

namespace {

/// simdjson reads this far beyond the end of what it parses.
constexpr std::size_t kPadding = 64;
constexpr std::size_t kFirstReserve = 16UL * 1024;
constexpr long kConnectTimeoutMs = 5000;
constexpr int kPollMs = 1000;
constexpr long kBufferBytes = 128L * 1024;  // what is received at once

struct EasyFree {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiFree {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListFree {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct UrlFree {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using List = std::unique_ptr<curl_slist, ListFree>;
using Url = std::unique_ptr<CURLU, UrlFree>;

void initialise_library() {
    static const CURLcode kResult = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (kResult != CURLE_OK) {
        throw Error(std::string("http client: ") + curl_easy_strerror(kResult));
    }
}

std::string url_part(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) {
        return {};
    }
    std::string copy(text);
    curl_free(text);
    return copy;
}

/// The URL as it may be logged: without user, password, query and fragment, which may all hold secrets. Empty when it
/// is no URL.
std::string without_secrets(const std::string& text) {
    const Url url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
        return {};
    }
    const auto port = url_part(url.get(), CURLUPART_PORT);
    return url_part(url.get(), CURLUPART_SCHEME) + "://" + url_part(url.get(), CURLUPART_HOST) +
           (port.empty() ? "" : ":" + port) + url_part(url.get(), CURLUPART_PATH);
}

List to_list(const std::vector<Pair>& headers) {
    List list;
    const auto append = [&](const std::string& line) {
        curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
        if (longer == nullptr) {
            throw Error("http client: out of memory");
        }
        (void)list.release();  // it is the front of the longer list
        list.reset(longer);
    };
    append("Expect:");  // else libcurl waits a second for 100 before a large body
    for (const auto& [name, value] : headers) {
        if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
            throw BadInput("http client: header " + lower(name) + ": holds a line break");
        }
        auto line = name;
        line += value.empty() ? ";" : ": ";
        append(line += value);
    }
    return list;
}

/// One transfer: what libcurl's callbacks write to.
struct Transfer {
    FetchResult result;
    std::uint64_t max_body_bytes = 0;
    bool too_large = false;
    bool out_of_memory = false;
    bool head_is_whole = false;

    void on_header(std::string_view line);
    bool on_body(std::string_view bytes);
    void make_room(std::size_t bytes);
};

void Transfer::on_header(std::string_view line) {
    line = line.substr(0, line.find_last_not_of("\r\n") + 1);
    if (line.starts_with("HTTP/")) {
        result.headers.clear();  // of a 100 before
        head_is_whole = false;
        return;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
        head_is_whole = trim(line).empty();
        return;
    }
    result.headers.emplace_back(lower(trim(line.substr(0, colon))), trim(line.substr(colon + 1)));
}

void Transfer::make_room(std::size_t bytes) {
    auto& body = result.body;
    const std::size_t needed = body.size() + bytes + kPadding;
    if (needed <= body.capacity()) {
        return;
    }
    if (body.empty()) {
        const auto length = result.header("content-length");
        const bool plain = !result.header("content-encoding");
        const std::uint64_t announced = length && plain ? std::strtoull(std::string(*length).c_str(), nullptr, 10) : 0;
        // What is announced and never comes takes addresses, but no memory.
        body.reserve(std::max({needed, kFirstReserve, std::min(announced, max_body_bytes) + kPadding}));
        return;
    }
    body.reserve(std::max(needed, 2 * body.capacity()));
}

bool Transfer::on_body(std::string_view bytes) {
    if (result.body.size() + bytes.size() > max_body_bytes) {
        too_large = true;
        return false;
    }
    make_room(bytes.size());
    result.body.append(bytes);
    return true;
}

std::size_t header_callback(const char* data, std::size_t size, std::size_t count, void* transfer) noexcept {
    try {
        static_cast<Transfer*>(transfer)->on_header({data, size * count});
        return size * count;
    } catch (...) {
        static_cast<Transfer*>(transfer)->out_of_memory = true;
        return 0;
    }
}

std::size_t body_callback(const char* data, std::size_t size, std::size_t count, void* transfer) noexcept {
    try {
        return static_cast<Transfer*>(transfer)->on_body({data, size * count}) ? size * count : 0;
    } catch (...) {
        static_cast<Transfer*>(transfer)->out_of_memory = true;
        return 0;
    }
}

}  // namespace

std::optional<std::string_view> FetchResult::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

/// The easy handle sits in a multi handle of its own, which keeps the connection and can be woken by a stop.
struct Client::Impl {
    std::unique_ptr<CURL, EasyFree> easy;
    std::unique_ptr<CURLM, MultiFree> multi;
    char error_text[CURL_ERROR_SIZE] = {};

    Impl();
    void set_up(const std::string& url, const FetchOptions& options, Transfer& transfer, curl_slist* headers);
    CURLcode perform(const std::stop_token& stop);
    FetchResult fetch(const std::string& url, const std::string* body, const FetchOptions& options);
    void finish(CURLcode code, const FetchOptions& options, const std::string& shown_url, Transfer& transfer);
};

Client::Impl::Impl() {
    initialise_library();
    easy.reset(curl_easy_init());
    multi.reset(curl_multi_init());
    if (!easy || !multi) {
        throw Error("http client: out of memory");
    }
}

void Client::Impl::set_up(const std::string& url,
                          const FetchOptions& options,
                          Transfer& transfer,
                          curl_slist* headers) {
    CURL* const handle = easy.get();
    curl_easy_reset(handle);
    error_text[0] = '\0';
    const long timeout_ms = std::max<long>(1, static_cast<long>(options.timeout.count()));
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_PROXY, "");  // a key must not go to a proxy that only the environment names
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, kBufferBytes);
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);  // a hanging name server is left behind, not waited for
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, std::min(timeout_ms, kConnectTimeoutMs));
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error_text);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header_callback);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body_callback);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
}

CURLcode Client::Impl::perform(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi.get()); });
    curl_multi_add_handle(multi.get(), easy.get());
    CURLcode code = CURLE_OPERATION_TIMEDOUT;
    for (;;) {
        int running = 0;
        if (stop.stop_requested() || curl_multi_perform(multi.get(), &running) != CURLM_OK) {
            break;
        }
        int left = 0;
        if (const CURLMsg* const message = curl_multi_info_read(multi.get(), &left); message != nullptr) {
            code = message->data.result;
            break;
        }
        curl_multi_poll(multi.get(), nullptr, 0, kPollMs, nullptr);
    }
    curl_multi_remove_handle(multi.get(), easy.get());
    return code;
}

void Client::Impl::finish(CURLcode code,
                          const FetchOptions& options,
                          const std::string& shown_url,
                          Transfer& transfer) {
    auto& result = transfer.result;
    if (code == CURLE_OK && transfer.head_is_whole) {
        long status = 0;
        curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
        result.status = static_cast<int>(status);
        curl_off_t wait = 0;
        if (result.header("retry-after") && curl_easy_getinfo(easy.get(), CURLINFO_RETRY_AFTER, &wait) == CURLE_OK) {
            result.retry_after = std::chrono::seconds(wait);
        }
        transfer.make_room(0);
        return;
    }
    std::string why = error_text[0] != '\0' ? error_text : curl_easy_strerror(code);
    result.error = FetchError::network;
    if (transfer.too_large) {
        result.error = FetchError::too_large;
        why = "the body is larger than " + std::to_string(options.max_body_bytes) + " bytes";
    } else if (transfer.out_of_memory) {
        result.error = FetchError::too_large;
        why = "the body does not fit into memory";
    } else if (options.stop.stop_requested()) {
        result.error = FetchError::timeout;
        why = "stopped";
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
        result.error = FetchError::timeout;
    } else if (code == CURLE_OK) {
        why = "the connection was closed within the header";
    }
    result.reason = "http " + shown_url + ": " + why;
    result.body = {};
    result.headers.clear();
}

FetchResult Client::Impl::fetch(const std::string& url, const std::string* body, const FetchOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    Transfer transfer;
    transfer.max_body_bytes = options.max_body_bytes;
    const auto shown_url = without_secrets(url);
    if (shown_url.empty()) {
        transfer.result.error = FetchError::network;
        transfer.result.reason = "http client: the URL is malformed";
        return std::move(transfer.result);
    }
    const auto headers = to_list(options.headers);
    set_up(url, options, transfer, headers.get());
    if (body != nullptr) {
        curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
        curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body->data());
    }
    const auto code = perform(options.stop);
    finish(code, options, shown_url, transfer);
    transfer.result.duration = std::chrono::steady_clock::now() - start;
    return std::move(transfer.result);
}

Client::Client() : impl_(std::make_unique<Impl>()) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

FetchResult Client::get(const std::string& url, const FetchOptions& options) {
    return impl_->fetch(url, nullptr, options);
}

FetchResult Client::post(const std::string& url, const std::string& body, const FetchOptions& options) {
    return impl_->fetch(url, &body, options);
}

}  // namespace watchtower::http
