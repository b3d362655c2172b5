// One channel under load: its first member sends, everybody is subscribed, one thread serves all of them.
#pragma once

#include "bench/load_connection.hpp"
#include "tests/support/network/server_process.hpp"

#include <memory>
#include <vector>

namespace serai::bench {

struct LoadOptions {
    std::size_t in_flight = 64;
    std::size_t message_bytes = 1024;  // of ciphertext
    Seconds warm_up{1.0};
    Seconds duration{5.0};
};

struct LoadResult {
    double acknowledged_per_second = 0;
    double delivered_per_second = 0;  // to all members together, the sender's own device included
    Micros server_cpu_per_delivery{};
    std::vector<Micros> acknowledged_after;  // from sending
    std::vector<Micros> delivered_after;     // from sending to the second member's having it
};

class LoadRun {
  public:
    // Connects every member of the channel.
    LoadRun(const tests::TestNetwork& network,
            tests::TestChannel& channel,
            const tests::ServerProcess& server);

    LoadResult run(const LoadOptions& options);

  private:
    void send(std::size_t count);
    void poll_once();
    void on_answer(std::uint64_t request, std::uint16_t status);
    void on_record(std::size_t member, const protocol::message::ChainHead& head);

    tests::TestChannel* channel_;
    const tests::ServerProcess* server_;
    std::vector<std::unique_ptr<LoadConnection>> connections_;
    std::vector<SendTemplate> templates_;
    protocol::message::ChainHead newest_;  // at the sender
    std::uint64_t next_request_ = 1;
    std::uint64_t first_record_ = 0;          // record number of the first message of all
    std::vector<Clock::time_point> sent_at_;  // by request, from 1 on
    std::size_t answers_owed_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t delivered_ = 0;
    bool sampling_ = false;
    LoadResult result_;
};

}  // namespace serai::bench
