#include "common/nats/library.hpp"

#include <algorithm>
#include <cstdlib>

#include "common/base/error.hpp"

namespace watchtower::nats {

namespace {

bool is_printable_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

bool may_pass(natsStatus status) {
    switch (status) {
        case NATS_IO_ERROR:
        case NATS_PROTOCOL_ERROR:
        case NATS_CONNECTION_CLOSED:
        case NATS_CONNECTION_DISCONNECTED:
        case NATS_NO_SERVER:
        case NATS_STALE_CONNECTION:
        case NATS_SECURE_CONNECTION_WANTED:
        case NATS_SECURE_CONNECTION_REQUIRED:
        case NATS_CONNECTION_AUTH_FAILED:
        case NATS_SSL_ERROR:
        case NATS_TIMEOUT:
        case NATS_NO_RESPONDERS:
        case NATS_DRAINING:
        case NATS_INVALID_SUBSCRIPTION:
            return true;
        default:
            return false;
    }
}

/// "NATS/1.0" and the empty line; ": " and the line end for each header.
std::size_t encoded_size(const Headers& headers) {
    std::size_t size = headers.empty() ? 0 : 12;
    for (const auto& [name, value] : headers) {
        size += name.size() + value.size() + 4;
    }
    return size;
}

void check(natsStatus status) {
    throw_if_failed(status, "nats message");
}

}  // namespace

void check_subject(const std::string& subject, bool wildcards_allowed) {
    const bool has_empty_token =
        subject.empty() || subject.front() == '.' || subject.back() == '.' || subject.find("..") != std::string::npos;
    const bool has_space = std::any_of(
        subject.begin(), subject.end(), [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; });
    if (has_empty_token || has_space || (!wildcards_allowed && subject.find_first_of("*>") != std::string::npos)) {
        throw BadInput("nats subject '" + subject + "': not names joined by dots");
    }
}

void check_headers(const Headers& headers) {
    for (const auto& [name, value] : headers) {
        if (name.empty() || !is_printable_ascii(name) || name.find(':') != std::string::npos) {
            throw BadInput("nats header '" + name + "': not a header's name");
        }
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
            throw BadInput("nats header " + name + ": its value holds a line end or a zero byte");
        }
    }
}

MessageHandle make_message(const std::string& subject,
                           std::string_view body,
                           const Headers& headers,
                           std::size_t max_payload) {
    check_subject(subject, false);
    check_headers(headers);
    if (const auto size = body.size() + encoded_size(headers); size > max_payload) {
        throw BadInput("nats message to " + subject + ": " + std::to_string(size) + " bytes, the server takes " +
                       std::to_string(max_payload));
    }
    natsMsg* created = nullptr;
    check(natsMsg_Create(&created, subject.c_str(), nullptr, body.data(), static_cast<int>(body.size())));
    MessageHandle message(created);
    for (const auto& [name, value] : headers) {
        check(natsMsgHeader_Add(message.get(), name.c_str(), value.c_str()));
    }
    return message;
}

Message to_message(natsMsg* message) {
    const auto text = [](const char* chars) { return std::string(chars == nullptr ? "" : chars); };
    Message result{.subject = text(natsMsg_GetSubject(message)),
                   .body = {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))},
                   .headers = {},
                   .reply = text(natsMsg_GetReply(message))};
    const char** names = nullptr;
    int name_count = 0;
    if (natsMsgHeader_Keys(message, &names, &name_count) != NATS_OK) {
        return result;
    }
    const std::unique_ptr<const char*, Deleter<::free>> owned_names(names);
    for (int i = 0; i < name_count; ++i) {
        const char** values = nullptr;
        int value_count = 0;
        if (natsMsgHeader_Values(message, names[i], &values, &value_count) != NATS_OK) {
            continue;
        }
        const std::unique_ptr<const char*, Deleter<::free>> owned_values(values);
        for (int j = 0; j < value_count; ++j) {
            result.headers.emplace_back(names[i], text(values[j]));
        }
    }
    std::sort(result.headers.begin(), result.headers.end());
    return result;
}

std::string describe(natsStatus status) {
    std::string text = natsStatus_GetText(status);
    natsStatus last = NATS_OK;
    const char* remembered = nats_GetLastError(&last);
    if (last != status || remembered == nullptr) {
        return text;
    }
    // It begins with "(conn.c:2088): ".
    const std::string_view detail(remembered);
    const auto place = detail.find("): ");
    const std::string why(detail.starts_with('(') && place != std::string_view::npos ? detail.substr(place + 3)
                                                                                     : detail);
    return why.empty() || why == text ? text : text + " (" + why + ")";
}

void throw_if_failed(natsStatus status, const std::string& what) {
    if (status == NATS_OK) {
        return;
    }
    const std::string text = what + ": " + describe(status);
    if (may_pass(status)) {
        throw Unavailable(text);
    }
    throw Error(text);
}

}  // namespace watchtower::nats
