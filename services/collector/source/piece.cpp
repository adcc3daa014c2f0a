#include "services/collector/source/piece.hpp"

namespace watchtower::collector {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kClosing = "]}";

bool is_between_records(std::string_view body, std::size_t comma) {
    const auto before = comma == 0 ? std::string_view::npos : body.find_last_not_of(kBlanks, comma - 1);
    const auto behind = body.find_first_not_of(kBlanks, comma + 1);
    return before != std::string_view::npos && behind != std::string_view::npos && body[before] == '}' &&
           body[behind] == '{';
}

}  // namespace

std::size_t Piece::find_cut(std::string_view body, std::size_t begin, std::size_t end) {
    for (std::size_t comma = body.rfind(',', end - 1); comma != kNone && comma > begin;
         comma = body.rfind(',', comma - 1)) {
        if (is_between_records(body, comma)) {
            return comma;
        }
    }
    return kNone;
}

Piece::Piece(std::string& body, std::size_t begin, std::size_t cut, std::string_view list)
    : body_(body),
      begin_(begin),
      end_(body.size()) {
    if (begin > 0) {
        const std::string opening = "{\"" + std::string(list) + "\":[";
        begin_ -= opening.size();  // what opened the list before was at least as long
        before_ = body.substr(begin_, opening.size());
        body.replace(begin_, opening.size(), opening);
    }
    if (cut != kNone) {
        end_ = cut + kClosing.size();
        behind_ = body.substr(cut, kClosing.size());
        body.replace(cut, kClosing.size(), kClosing);
    }
}

Piece::~Piece() {
    body_.replace(begin_, before_.size(), before_);
    body_.replace(end_ - behind_.size(), behind_.size(), behind_);
}

}  // namespace watchtower::collector
