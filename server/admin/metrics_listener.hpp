// A second, plain listener for this machine alone: GET /metrics and GET /healthz, one request per connection.
#pragma once

#include "server/admin/metrics.hpp"
#include "server/config.hpp"
#include "server/runtime/log.hpp"
#include "server/runtime/task_group.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace serai::server::admin {

class MetricsListener : public std::enable_shared_from_this<MetricsListener> {
  public:
    // Binds at once; throws boost::system::system_error. `healthy` may be called from any thread.
    MetricsListener(boost::asio::any_io_executor executor,
                    const MetricsConfig& config,
                    const Metrics& metrics,
                    std::function<bool()> healthy,
                    runtime::TaskGroup& tasks);

    [[nodiscard]] std::uint16_t port() const { return port_; }

    void start();

    // From any thread.
    void stop();

  private:
    static boost::asio::awaitable<void> accept(std::shared_ptr<MetricsListener> self);
    static boost::asio::awaitable<void> answer(std::shared_ptr<MetricsListener> self,
                                               boost::asio::ip::tcp::socket socket);
    [[nodiscard]] std::string response_to(std::string_view request) const;

    const boost::asio::any_io_executor strand_;
    const Metrics& metrics_;
    const std::function<bool()> healthy_;
    runtime::TaskGroup& tasks_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_ = 0;
};

}  // namespace serai::server::admin
