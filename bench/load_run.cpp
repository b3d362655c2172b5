#include "bench/load_run.hpp"

#include <poll.h>

#include <stdexcept>
#include <string>

namespace serai::bench {

using protocol::message::ChainHead;

namespace {

constexpr std::size_t kTemplates = 64;  // different ciphertexts
constexpr int kPollMillis = 10'000;

}  // namespace

LoadRun::LoadRun(const tests::TestNetwork& network,
                 tests::TestChannel& channel,
                 const tests::ServerProcess& server)
    : channel_(&channel), server_(&server) {
    auto& sender = channel.member(0);
    auto client = sender.connect(server.port());
    if (!client || !sender.catch_up(*client)) {
        throw std::runtime_error{"the sender cannot read the channel"};
    }
    newest_ = sender.head();
    first_record_ = newest_.n.value() + 1;
    for (auto& member : channel.members()) {
        connections_.push_back(std::make_unique<LoadConnection>(network, member, server.port()));
    }
}

// The server is asked for records from each member's own head on, so the first of them may be old ones: they do not count.
void LoadRun::on_record(std::size_t member, const ChainHead& head) {
    if (head.n.value() < first_record_) {
        return;
    }
    ++delivered_;
    if (member == 0) {
        newest_ = head;
    }
    const std::uint64_t request = head.n.value() - first_record_;
    if (member == 1 && sampling_ && request < sent_at_.size()) {
        result_.delivered_after.emplace_back(Clock::now() - sent_at_[request]);
    }
}

void LoadRun::on_answer(std::uint64_t request, std::uint16_t status) {
    if (status != 0) {
        throw std::runtime_error{"a message was refused: " + std::to_string(status)};
    }
    ++answered_;
    ++answers_owed_;
    if (sampling_) {
        result_.acknowledged_after.emplace_back(Clock::now() - sent_at_[request - 1]);
    }
}

void LoadRun::send(std::size_t count) {
    auto& sender = *connections_.front();
    for (std::size_t i = 0; i < count; ++i) {
        sender.queue(templates_[next_request_ % kTemplates].frame(next_request_, newest_));
        sent_at_.push_back(Clock::now());
        ++next_request_;
    }
    sender.flush();
}

void LoadRun::poll_once() {
    std::vector<pollfd> waited;
    waited.reserve(connections_.size());
    for (const auto& connection : connections_) {
        const short what = static_cast<short>(POLLIN | (connection->has_unsent() ? POLLOUT : 0));
        waited.push_back({connection->descriptor(), what, 0});
    }
    if (::poll(waited.data(), waited.size(), kPollMillis) <= 0) {
        throw std::runtime_error{"the server does not answer"};
    }
    for (std::size_t i = 0; i < waited.size(); ++i) {
        if ((waited[i].revents & POLLOUT) != 0) {
            connections_[i]->flush();
        }
        if (waited[i].revents != 0) {
            connections_[i]->read({[this](std::uint64_t request, std::uint16_t status) {
                                       on_answer(request, status);
                                   },
                                   [this, i](const ChainHead& head) {
                                       on_record(i, head);
                                   }});
        }
    }
}

LoadResult LoadRun::run(const LoadOptions& options) {
    templates_.clear();
    for (std::size_t i = 0; i < kTemplates; ++i) {
        templates_.emplace_back(channel_->member(0), options.message_bytes);
    }
    result_ = {};
    sampling_ = false;
    answers_owed_ = 0;
    send(options.in_flight);
    const auto step = [this] {
        poll_once();
        send(std::exchange(answers_owed_, 0));
    };
    const auto run_until = [&](Clock::time_point end) {
        while (Clock::now() < end) {
            step();
        }
    };
    run_until(Clock::now() + std::chrono::duration_cast<Clock::duration>(options.warm_up));

    sampling_ = true;
    const auto begin = Clock::now();
    const auto cpu_before = server_->cpu_time();
    const auto answered_before = answered_;
    const auto delivered_before = delivered_;
    run_until(begin + std::chrono::duration_cast<Clock::duration>(options.duration));
    const double seconds = Seconds{Clock::now() - begin}.count();
    const auto cpu = server_->cpu_time() - cpu_before;
    const auto delivered = static_cast<double>(delivered_ - delivered_before);
    result_.acknowledged_per_second = static_cast<double>(answered_ - answered_before) / seconds;
    result_.delivered_per_second = delivered / seconds;
    result_.server_cpu_per_delivery = cpu / delivered;

    // What is still under way belongs to nobody's measurement.
    sampling_ = false;
    while (answered_ + 1 < next_request_ ||
           delivered_ < (next_request_ - 1) * connections_.size()) {
        poll_once();
    }
    return std::move(result_);
}

}  // namespace serai::bench
