// A fixed number of threads for what must not run on an io thread: reads of the store and of files ("blocking"), and
// signatures and MLS validation ("cpu").
#pragma once

#include "server/runtime/log.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace serai::server::runtime {

// Thread-safe. Jobs run in the order in which they came, as many at once as there are threads. A job that throws is logged
// and dropped. The queue's bound is the callers': each connection has a bounded number of requests in flight, and
// the server's own jobs follow from what those have done, one from each at most.
class WorkerPool {
  public:
    using Job = std::function<void()>;

    WorkerPool(std::string name, std::size_t threads, const Log& log);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    // Stops.
    ~WorkerPool();

    // False after stop(): the job is dropped.
    bool post(Job job);

    // Runs what is queued, then ends the threads. May be called more than once; not from a job.
    void stop();

  private:
    void run();

    std::string name_;
    const Log& log_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace serai::server::runtime
