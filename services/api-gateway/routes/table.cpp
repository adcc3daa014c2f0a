#include "services/api-gateway/routes/table.hpp"

#include <iterator>
#include <memory>
#include <string>

#include "services/api-gateway/embedded.hpp"
#include "services/api-gateway/openapi.hpp"
#include "services/api-gateway/routes/page.hpp"

namespace watchtower::gateway {

namespace {

using http::Request;

void add(std::vector<Endpoint>& table, std::vector<Endpoint> part) {
    table.insert(table.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
}

/// The files that the pages ask for: all that were put into the program under web/.
void add_files_of_the_pages(std::vector<Endpoint>& table) {
    for (const embedded::File& file : embedded::files()) {
        if (file.name.starts_with("web/")) {
            table.push_back(
                {.pattern = "/" + std::string(file.name),
                 .handler = [name = file.name](const Request& request) { return page_file(request, name); }});
        }
    }
}

/// Last, as it tells of all others and of itself.
void add_description(std::vector<Endpoint>& table, const Access& access) {
    const auto document = std::make_shared<Rendered>();
    table.push_back(
        {.pattern = "/openapi.json",
         .summary = "This description",
         .handler =
             [document](const Request& request) {
                 return reply_with(*document, request).with("Cache-Control", "no-cache");
             },
         .tag = "service",
         .answer = {.schema = "OpenApi", .caching = Caching::revalidate},
         .example =
             "curl -s localhost:8000/openapi.json | jq -c '{openapi, info: (.info | {title, version}), paths: {}}'"});
    *document = render(openapi_document(table, access), TimePoint());
}

}  // namespace

std::vector<Endpoint> endpoints(const Parts& parts) {
    std::vector<Endpoint> table;
    add(table, about_the_service(parts));
    add(table, about_the_game_now(parts));
    add(table, about_the_past(parts));
    add(table, about_players(parts));
    add(table, about_analytics(parts));
    add(table, about_moderation(parts));
    add(table, about_tasks(parts));
    add(table, about_the_stream(parts));
    add_files_of_the_pages(table);
    add_description(table, parts.access);
    return table;
}

}  // namespace watchtower::gateway
