#include "server/service/submit.hpp"

#include "server/runtime/await.hpp"

#include <future>
#include <utility>

namespace serai::server::service {

namespace commit = storage::commit;

namespace {

// A sink for one answer, which keeps itself alive until it has it.
class OneAnswer final : public commit::CompletionSink {
  public:
    static std::shared_ptr<OneAnswer> make(OnVerdict done) {
        auto sink = std::make_shared<OneAnswer>();
        sink->done_ = std::move(done);
        sink->self_ = sink;
        return sink;
    }

    void complete(std::vector<commit::Completion> completions) override {
        const auto self = std::exchange(self_, nullptr);
        if (self) {
            done_(completions.front().verdict);
        }
    }

    void refuse(const ErrorCode& error) {
        const bool known = error.category() == wire_category();
        complete({{0,
                   commit::Verdict::refused(known ? static_cast<WireError>(error.value())
                                                  : WireError::internal)}});
    }

  private:
    OnVerdict done_;
    std::shared_ptr<OneAnswer> self_;
};

}  // namespace

void submit_with(commit::Pipeline& pipeline,
                 std::unique_ptr<const commit::Intent> intent,
                 OnVerdict done) {
    const auto sink = OneAnswer::make(std::move(done));
    if (const auto taken = pipeline.submit(std::move(intent), {sink, 0}); !taken) {
        sink->refuse(taken.error());
    }
}

boost::asio::awaitable<commit::Verdict> submit_and_wait(
    commit::Pipeline& pipeline, std::unique_ptr<const commit::Intent> intent) {
    // std::function wants to be copyable.
    const auto shared = std::make_shared<std::unique_ptr<const commit::Intent>>(std::move(intent));
    std::function<void(std::function<void(commit::Verdict)>)> start =
        [&pipeline, shared](std::function<void(commit::Verdict)> done) {
            submit_with(pipeline, std::move(*shared), [done](const commit::Verdict& verdict) {
                done(verdict);
            });
        };
    auto wait = runtime::await_callback<commit::Verdict>(std::move(start));
    co_return co_await std::move(wait);
}

commit::Verdict submit_and_block(commit::Pipeline& pipeline,
                                 std::unique_ptr<const commit::Intent> intent) {
    std::promise<commit::Verdict> promise;
    auto future = promise.get_future();
    submit_with(pipeline, std::move(intent), [&promise](const commit::Verdict& verdict) {
        promise.set_value(verdict);
    });
    return future.get();
}

}  // namespace serai::server::service
