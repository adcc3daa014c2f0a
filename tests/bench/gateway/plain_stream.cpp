#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "tests/bench/gateway/loopback.hpp"

namespace {

using namespace watchtower::bench;

void answer_head(int fd) {
    std::string request;
    char byte = 0;
    while (!request.ends_with("\r\n\r\n")) {
        if (::recv(fd, &byte, 1, 0) != 1) {
            return;
        }
        request += byte;
    }
    send_all(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
}

}  // namespace

/// usage: watchtower-bench-plain-stream PORT COUNT EVENTS FILE
/// What no hub can be faster than: waits for so many clients, then writes each second the file as an event to one after
/// the other, and does nothing else. Prints the id of each event and when it began to write it.
int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: watchtower-bench-plain-stream PORT COUNT EVENTS FILE\n";
        return 2;
    }
    allow_many_descriptors();
    std::ifstream file(argv[4], std::ios::binary);
    const std::string data((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const int listener = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    const auto address = loopback(static_cast<std::uint16_t>(std::stoul(argv[1])));
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    checked(::bind(listener, generic(address), sizeof address), "bind");
    checked(::listen(listener, SOMAXCONN), "listen");
    std::vector<int> clients;
    while (clients.size() < std::stoul(argv[2])) {
        clients.push_back(checked(::accept(listener, nullptr, nullptr), "accept"));
        answer_head(clients.back());
    }
    std::cout.precision(15);
    const auto events = std::stoul(argv[3]);
    for (std::size_t number = 1; number <= events; ++number) {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        const std::string id = "plain:" + std::to_string(number);
        const std::string text =
            std::string("id: ").append(id).append("\nevent: snapshot\ndata: ").append(data).append("\n\n");
        std::cout << id << ' ' << now() << std::endl;
        for (const int client : clients) {
            send_all(client, text);
        }
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
    return 0;
}
