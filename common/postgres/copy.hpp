#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <pqxx/pqxx>

namespace watchtower::postgres {

/// Rows in the text format of COPY (PostgreSQL documentation, "COPY", "Text Format"), made field by field.
class CopyRows {
public:
    /// Any UTF-8 without NUL.
    CopyRows& text(std::string_view field);
    CopyRows& number(std::uint64_t field);
    CopyRows& boolean(bool field);
    CopyRows& null();
    void end_row();

    /// Makes room for rows like those that are there already, so that a large text is not moved while it grows.
    void reserve_rows(std::uint64_t more);

    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    [[nodiscard]] std::string take() && { return std::move(text_); }

private:
    void separate();

    std::string text_;
    bool in_row_ = false;
    std::uint64_t rows_ = 0;
};

/// Sends rows made by CopyRows as they are: `into` is what stands between COPY and FROM, a table with or without its
/// columns. The transaction must be of a Client and must have done something before. Throws as its statements do.
/// libpqxx's stream_to would take the rows apart and put them together again.
void copy_in(pqxx::transaction_base& transaction, const std::string& into, std::string_view rows);

}  // namespace watchtower::postgres
