#include "tests/support/nats_server.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/url_text.hpp"

namespace watchtower::test {

NatsServer::NatsServer(Options options) {
    set_options(std::move(options));
    start();
}

void NatsServer::set_options(Options options) {
    options_ = std::move(options);
    if (options_.tls && !std::filesystem::exists(ca_file())) {
        make_certificate();
    }
}

void NatsServer::make_certificate() const {
    Process openssl({.command = {"openssl",
                                 "req",
                                 "-x509",
                                 "-newkey",
                                 "ec",
                                 "-pkeyopt",
                                 "ec_paramgen_curve:prime256v1",
                                 "-nodes",
                                 "-days",
                                 "2",
                                 "-subj",
                                 "/CN=127.0.0.1",
                                 "-addext",
                                 "subjectAltName=IP:127.0.0.1,DNS:localhost",
                                 "-keyout",
                                 (folder() / "server.key").string(),
                                 "-out",
                                 ca_file().string()},
                     .environment = {},
                     .output = folder() / "openssl.output",
                     .user = {},
                     .folder = folder()});
    if (openssl.wait(std::chrono::seconds(20)) != 0) {
        throw std::runtime_error("openssl made no certificate: " + openssl.output());
    }
}

std::string NatsServer::configuration() const {
    std::ostringstream text;
    text << "listen: \"127.0.0.1:" << (port() == 0 ? -1 : port()) << "\"\n";
    if (!options_.token.empty()) {
        text << "authorization { token: \"" << options_.token << "\" }\n";
    } else if (!options_.user.empty()) {
        text << "authorization { user: \"" << options_.user << "\", password: \"" << options_.password << "\" }\n";
    }
    if (options_.jetstream) {
        text << "jetstream { store_dir: \"" << (folder() / "jetstream").string() << "\" }\n";
    }
    if (options_.tls) {
        text << "tls { cert_file: \"" << ca_file().string() << "\", key_file: \"" << (folder() / "server.key").string()
             << "\" }\n";
    }
    if (options_.max_payload_bytes > 0) {
        text << "max_payload: " << options_.max_payload_bytes << "\n";
    }
    text << options_.more << "\n";
    return text.str();
}

std::vector<std::string> NatsServer::command() {
    write_file("nats.conf", configuration());
    return {"nats-server", "-c", (folder() / "nats.conf").string(), "--ports_file_dir", folder().string()};
}

bool NatsServer::is_ready(pid_t pid) {
    std::string ports;
    std::getline(std::ifstream(folder() / ("nats-server_" + std::to_string(pid) + ".ports")), ports);
    if (!ports.ends_with("\"]}")) {
        return false;
    }
    // {"nats":["nats://127.0.0.1:4222"],"cluster":["nats://127.0.0.1:6222"]}, the last only of a cluster.
    const std::size_t clients = ports.find(R"("nats":[)");
    set_port(std::stoi(ports.substr(ports.rfind(':', ports.find("\"]", clients)) + 1)));
    return true;
}

std::string NatsServer::url() const {
    const std::string user_info = !options_.token.empty() ? percent_encoded(options_.token) + "@"
                                  : !options_.user.empty()
                                      ? percent_encoded(options_.user) + ":" + percent_encoded(options_.password) + "@"
                                      : "";
    return (options_.tls ? "tls://" : "nats://") + user_info + "127.0.0.1:" + std::to_string(port());
}

}  // namespace watchtower::test
