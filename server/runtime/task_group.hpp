// Every coroutine of the server is a child of a task group: nothing is detached. The group keeps count, can cancel all of
// its children, and logs what escapes from one.
#pragma once

#include "server/runtime/log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace serai::server::runtime {

// Thread-safe. Must outlive its children: call wait() before destroying it, while something runs their executors.
class TaskGroup {
  public:
    explicit TaskGroup(const Log& log) : log_(log) {}

    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    // Starts `task` on `executor`. After cancel() it is cancelled as soon as it starts.
    void spawn(boost::asio::any_io_executor executor,
               std::string name,
               boost::asio::awaitable<void> task);

    // Asks every child to end (total, then terminal cancellation, in one step). Returns at once.
    void cancel();

    // Waits until no child is left; false if that takes longer than `limit`. Not from a child's executor.
    bool wait(std::chrono::milliseconds limit);

    [[nodiscard]] std::size_t size() const;

  private:
    struct Child {
        boost::asio::any_io_executor executor;
        std::string name;
        boost::asio::cancellation_signal signal;
    };

    void ended(const std::shared_ptr<Child>& child, const std::exception_ptr& failure);
    static void emit(const std::shared_ptr<Child>& child);

    const Log& log_;
    mutable std::mutex mutex_;
    std::condition_variable empty_;
    std::list<std::shared_ptr<Child>> children_;
    bool cancelled_ = false;
};

}  // namespace serai::server::runtime
