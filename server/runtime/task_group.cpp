#include "server/runtime/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <utility>

namespace serai::server::runtime {

namespace asio = boost::asio;

void TaskGroup::spawn(asio::any_io_executor executor,
                      std::string name,
                      asio::awaitable<void> task) {
    auto child = std::make_shared<Child>();
    child->executor = executor;
    child->name = std::move(name);
    bool cancelled = false;
    {
        const std::lock_guard lock{mutex_};
        children_.push_back(child);
        cancelled = cancelled_;
    }
    auto on_end = [this, child](const std::exception_ptr& failure) {
        ended(child, failure);
    };
    asio::co_spawn(executor,
                   std::move(task),
                   asio::bind_cancellation_slot(child->signal.slot(), std::move(on_end)));
    if (cancelled) {
        emit(child);
    }
}

void TaskGroup::emit(const std::shared_ptr<Child>& child) {
    asio::post(child->executor, [child] { child->signal.emit(asio::cancellation_type::terminal); });
}

void TaskGroup::cancel() {
    const std::lock_guard lock{mutex_};
    cancelled_ = true;
    for (const auto& child : children_) {
        emit(child);
    }
}

bool TaskGroup::wait(std::chrono::milliseconds limit) {
    std::unique_lock lock{mutex_};
    return empty_.wait_for(lock, limit, [this] { return children_.empty(); });
}

std::size_t TaskGroup::size() const {
    const std::lock_guard lock{mutex_};
    return children_.size();
}

void TaskGroup::ended(const std::shared_ptr<Child>& child, const std::exception_ptr& failure) {
    if (failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& reason) {
            log_.error("task_failed", {{"task", child->name}, {"what", reason.what()}});
        }
    }
    const std::lock_guard lock{mutex_};
    children_.remove(child);
    if (children_.empty()) {
        empty_.notify_all();
    }
}

}  // namespace serai::server::runtime
