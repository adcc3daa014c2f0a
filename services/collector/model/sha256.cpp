#include "services/collector/model/sha256.hpp"

#include <array>

#include <openssl/evp.h>

#include "common/base/error.hpp"

namespace watchtower::collector {

std::string sha256_hex(std::string_view text) {
    constexpr std::size_t kBytes = 32;
    std::array<unsigned char, kBytes> digest{};
    if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
        throw Error("openssl: SHA-256: not available");
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    hex.reserve(2 * kBytes);
    for (const unsigned char byte : digest) {
        hex += kDigits[byte >> 4U];
        hex += kDigits[byte & 15U];
    }
    return hex;
}

}  // namespace watchtower::collector
