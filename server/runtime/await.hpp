// From callbacks and worker threads back to a coroutine's strand.
#pragma once

#include "server/runtime/worker_pool.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace serai::server::runtime {

// Calls start(done) and waits until done(value) is called, once, on any thread. Cannot be cancelled: whoever waits lives
// until then, and `done` must be called before the io threads end.
template <class T>
boost::asio::awaitable<T> await_callback(std::function<void(std::function<void(T)>)> start) {
    auto initiate = [start = std::move(start)](auto handler) {
        auto executor = boost::asio::get_associated_executor(handler);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        start([executor, shared](T value) {
            auto slot = std::make_shared<T>(std::move(value));
            boost::asio::post(executor, [shared, slot] { std::move (*shared)(std::move(*slot)); });
        });
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
        std::move(initiate), boost::asio::use_awaitable);
}

template <class T>
T or_if_it_throws(const std::function<T()>& job, const T& otherwise) {
    try {
        return job();
    } catch (const std::exception&) {
        return otherwise;
    }
}

// Runs `job` on the pool and waits for its result. `stopped` is the result if the pool takes no more jobs or the job throws.
template <class T>
boost::asio::awaitable<T> run_on(WorkerPool& pool, std::function<T()> job, T stopped) {
    std::function<void(std::function<void(T)>)> start =
        [&pool, job = std::move(job), stopped = std::move(stopped)](std::function<void(T)> done) {
            if (!pool.post([job, done, stopped] { done(or_if_it_throws(job, stopped)); })) {
                done(stopped);
            }
        };
    co_return co_await await_callback<T>(std::move(start));
}

}  // namespace serai::server::runtime
