#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include <pistache/endpoint.h>
#include <pistache/http.h>

namespace {

using namespace Pistache;

/// Answers everything with the same body by Pistache's own send, connections kept.
class Constant final : public Http::Handler {
public:
    HTTP_PROTOTYPE(Constant)
    explicit Constant(std::shared_ptr<const std::string> body) : body_(std::move(body)) {}

    void onRequest(const Http::Request& /*request*/, Http::ResponseWriter response) override {
        if (const auto connection = response.headers().tryGet<Http::Header::Connection>()) {
            *connection = Http::Header::Connection(Http::ConnectionControl::KeepAlive);
        }
        response.send(Http::Code::Ok, *body_, MIME(Application, Json));
    }

private:
    std::shared_ptr<const std::string> body_;
};

}  // namespace

/// usage: watchtower-bench-constant PORT THREADS FILE
int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: watchtower-bench-constant PORT THREADS FILE\n";
        return 2;
    }
    std::ifstream file(argv[3], std::ios::binary);
    const auto body =
        std::make_shared<const std::string>(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    Http::Endpoint endpoint(Address(Ipv4::loopback(), Port(static_cast<std::uint16_t>(std::atoi(argv[1])))));
    endpoint.init(
        Http::Endpoint::options().threads(std::atoi(argv[2])).flags(Tcp::Options::ReuseAddr | Tcp::Options::NoDelay));
    endpoint.setHandler(std::make_shared<Constant>(body));
    endpoint.serve();
    return 0;
}
