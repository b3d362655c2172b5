#include "server/runtime/worker_pool.hpp"

#include <exception>
#include <utility>

namespace serai::server::runtime {

WorkerPool::WorkerPool(std::string name, std::size_t threads, const Log& log)
    : name_(std::move(name)), log_(log) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { run(); });
    }
}

WorkerPool::~WorkerPool() {
    stop();
}

bool WorkerPool::post(Job job) {
    {
        const std::lock_guard lock{mutex_};
        if (stopping_) {
            return false;
        }
        jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
    return true;
}

void WorkerPool::stop() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
}

void WorkerPool::run() {
    std::unique_lock lock{mutex_};
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (jobs_.empty()) {
            return;
        }
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        try {
            job();
        } catch (const std::exception& failure) {
            log_.error("job_failed", {{"pool", name_}, {"what", failure.what()}});
        }
        job = nullptr;  // what it holds is released outside the lock
        lock.lock();
    }
}

}  // namespace serai::server::runtime
