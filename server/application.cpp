#include "server/application.hpp"

#include "crypto/act/genesis.hpp"
#include "server/admin/metrics_listener.hpp"
#include "server/net/listener.hpp"
#include "server/net/tls_context.hpp"
#include "server/runtime/descriptors.hpp"
#include "server/service/dispatcher.hpp"
#include "server/service/documents.hpp"
#include "server/service/removals.hpp"
#include "server/service/submit.hpp"
#include "server/service/web.hpp"
#include "server/session/gate.hpp"
#include "storage/file/durable.hpp"
#include "storage/kv/rocks_store.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

namespace serai::server {

namespace asio = boost::asio;
namespace commit = storage::commit;
namespace repo = storage::repo;

namespace {

constexpr std::chrono::seconds kAbortTime{5};      // for connections to end that were aborted
constexpr std::chrono::minutes kCollectEvery{10};  // abandoned uploads
constexpr std::chrono::seconds kExpireEvery{30};   // connections whose certificate has run out

template <class T>
T or_fail(Result<T> result, std::string_view what) {
    if (!result) {
        throw StartError(std::string{what} + ": " + result.error().message());
    }
    return std::move(*result);
}

void check_keys(const ServerKeys& keys, const crypto::act::Network& network) {
    if (keys.log_key.public_key != network.log_key.public_key()) {
        throw StartError("the log key is not the one that the genesis names");
    }
    if (keys.tls_spki_hash != network.genesis.server_key) {
        throw StartError("the TLS key is not the one that the genesis names");
    }
}

void make_data_folder(storage::file::FileSystem& files, const std::filesystem::path& folder) {
    const auto made =
        storage::file::make_folders(files, folder, storage::file::SyncPoint::data_parent);
    if (!made) {
        throw StartError("cannot make " + folder.string() + ": " + made.error().message());
    }
}

std::shared_ptr<storage::kv::Store> open_store(const std::filesystem::path& folder) {
    std::string why;
    auto store = storage::kv::open_rocks_store(folder, {}, why);
    if (!store) {
        throw StartError("the store cannot be opened: " + why);
    }
    return std::shared_ptr<storage::kv::Store>{std::move(*store)};
}

std::unique_ptr<storage::objects::ObjectStore> open_objects(
    const std::filesystem::path& folder, const storage::objects::ObjectOptions& options) {
    std::string why;
    auto objects = storage::objects::ObjectStore::open(folder, options, why);
    if (!objects) {
        throw StartError("the documents' folder cannot be opened: " + why);
    }
    return std::move(*objects);
}

repo::RepositoriesOptions repository_options(const crypto::act::Network& network,
                                             const ServerKeys& keys) {
    repo::RepositoriesOptions options;
    options.network_id = network.genesis.network_id;
    options.log.origin = network.genesis.log_origin;
    options.log.log_key = keys.log_key.clone("the audit log signs checkpoints");
    for (const auto& party : network.genesis.parties) {
        options.log.parties.push_back(party.code);
    }
    return options;
}

}  // namespace

crypto::act::Network load_genesis(const std::filesystem::path& file,
                                  protocol::network::SignedGenesis& genesis) {
    std::ifstream in{file, std::ios::binary};
    if (!in) {
        throw StartError("cannot read the genesis file " + file.string());
    }
    const Bytes bytes{std::istreambuf_iterator<char>{in}, {}};
    genesis = or_fail(protocol::codec::decode_exact<protocol::network::SignedGenesis>(bytes),
                      file.string() + " is no genesis");
    return or_fail(crypto::act::verify_genesis(genesis), file.string() + " does not verify");
}

// Members are in the order in which they are made; what uses another comes after it.
class Application::Impl {
  public:
    Impl(const Config& config, Replacements replacements);

    ~Impl() { stop(); }

    void stop();
    void wait_for_signal();

    [[nodiscard]] std::uint16_t port() const { return listener_->port(); }

    [[nodiscard]] std::uint16_t metrics_port() const {
        return metrics_listener_ ? metrics_listener_->port() : std::uint16_t{0};
    }

    [[nodiscard]] repo::Repositories& repositories() { return *repositories_; }

  private:
    void make_room_for_connections();
    void open_storage(const ServerKeys& keys, const crypto::act::Network& network);
    void record_genesis(const protocol::network::SignedGenesis& genesis);
    void make_services(const ServerKeys& keys, const crypto::act::Network& network);
    void listen(const ServerKeys& keys);
    void add_gauges();
    void run();
    static asio::awaitable<void> collect(Impl* self);
    static asio::awaitable<void> expire(Impl* self);

    Config config_;  // not changed once the constructor is through
    const Replacements replacements_;
    runtime::SystemClock system_clock_;
    const runtime::Clock& clock_;
    runtime::Log log_;
    admin::Metrics metrics_;

    std::shared_ptr<storage::kv::Store> store_;
    std::unique_ptr<repo::Repositories> repositories_;
    session::Registry registry_;
    session::Hub hub_;
    std::unique_ptr<commit::Pipeline> pipeline_;
    std::unique_ptr<session::Trust> trust_;
    std::unique_ptr<storage::objects::ObjectStore> objects_;
    std::unique_ptr<runtime::WorkerPool> cpu_;
    std::unique_ptr<runtime::WorkerPool> blocking_;
    std::unique_ptr<service::Context> context_;
    std::unique_ptr<service::Removals> removals_;
    std::unique_ptr<service::Documents> documents_;
    std::unique_ptr<service::Dispatcher> dispatcher_;
    std::unique_ptr<service::Web> web_;
    std::unique_ptr<session::Gate> gate_;
    std::unique_ptr<asio::ssl::context> tls_;

    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    runtime::TaskGroup tasks_;
    asio::steady_timer collector_{io_};
    asio::steady_timer expirer_{io_};
    std::shared_ptr<const net::ConnectionContext> connections_;
    std::shared_ptr<net::Listener> listener_;
    std::shared_ptr<admin::MetricsListener> metrics_listener_;
    std::vector<std::thread> threads_;

    std::mutex stop_mutex_;
    std::condition_variable stop_wanted_;
    bool stop_requested_ = false;
    std::once_flag stopped_;
};

Application::Impl::Impl(const Config& config, Replacements replacements)
    : config_(config),
      replacements_(std::move(replacements)),
      clock_(replacements_.clock != nullptr ? *replacements_.clock : system_clock_),
      log_(replacements_.log ? runtime::Log{config.log.level, config.log.format, replacements_.log}
                             : runtime::Log{config.log.level, config.log.format}),
      store_(replacements_.store),
      registry_(config.limits.connections_per_device),
      hub_(registry_, metrics_),
      io_(static_cast<int>(config.threads.io)),
      tasks_(log_) {
    protocol::network::SignedGenesis genesis;
    const auto network = load_genesis(config_.genesis, genesis);
    const auto keys = load_keys(config_.keys);
    check_keys(keys, network);
    make_room_for_connections();
    open_storage(keys, network);
    record_genesis(genesis);
    make_services(keys, network);
    listen(keys);
    run();
}

// Connections never take the descriptors that the store needs: running out of them there would end writing for good.
void Application::Impl::make_room_for_connections() {
    const auto descriptors = runtime::raise_descriptor_limit();
    const auto wanted = config_.limits.connections;
    const auto room = runtime::connections_within(descriptors, wanted);
    if (room == 0) {
        throw StartError("the limit of open files is too low: " + std::to_string(descriptors));
    }
    if (room < wanted) {
        log_.warning("connections_limited",
                     {{"wanted", std::uint64_t{wanted}},
                      {"limit", std::uint64_t{room}},
                      {"open_files", std::uint64_t{descriptors}}});
        config_.limits.connections = room;
    }
}

void Application::Impl::open_storage(const ServerKeys& keys, const crypto::act::Network& network) {
    make_data_folder(replacements_.files != nullptr ? *replacements_.files
                                                    : storage::file::machine_file_system(),
                     config_.data_directory);
    if (!store_) {
        store_ = open_store(config_.data_directory / "store");
    }
    storage::objects::ObjectOptions object_options;
    object_options.files = replacements_.files;
    object_options.on_failure = [this](const ErrorCode& why) {
        log_.error("documents_read_only", {{"reason", why.message()}});
    };
    objects_ = open_objects(config_.data_directory / "objects", object_options);
    repositories_ = or_fail(repo::Repositories::open(*store_, repository_options(network, keys)),
                            "the store's records do not fit");
    commit::PipelineOptions options;
    options.now = [this] {
        return clock_.now();
    };
    options.fan_out = [this](std::span<const commit::Event> events) {
        hub_.publish(events);
    };
    options.on_failure = [this](std::string_view why) {
        log_.error("read_only", {{"reason", why}});
    };
    pipeline_ = or_fail(commit::Pipeline::start(*store_, repositories_->log(), std::move(options)),
                        "the kept verdicts cannot be read");
}

void Application::Impl::record_genesis(const protocol::network::SignedGenesis& genesis) {
    if (const auto recorded = repositories_->network().genesis()) {
        if (*recorded != genesis) {
            throw StartError("the data directory belongs to another network");
        }
        return;
    }
    auto intent = or_fail(repo::prepare(*repositories_, repo::RecordGenesis{genesis}),
                          "genesis cannot be recorded");
    const auto verdict = service::submit_and_block(*pipeline_, std::move(intent));
    if (verdict.error) {
        throw StartError("genesis cannot be recorded: " + std::string{name(*verdict.error)});
    }
    log_.info("genesis_recorded", {{"network", genesis.statement.name}});
}

void Application::Impl::make_services(const ServerKeys& keys, const crypto::act::Network& network) {
    trust_ = std::make_unique<session::Trust>(
        std::make_shared<const protocol::network::Genesis>(network.genesis), network.trust, log_);
    trust_->refresh(repositories_->network());
    cpu_ = std::make_unique<runtime::WorkerPool>("cpu", config_.threads.cpu, log_);
    blocking_ = std::make_unique<runtime::WorkerPool>("blocking", config_.threads.blocking, log_);
    context_ = std::make_unique<service::Context>(service::Context{*repositories_,
                                                                   *pipeline_,
                                                                   *trust_,
                                                                   hub_,
                                                                   *cpu_,
                                                                   *blocking_,
                                                                   clock_,
                                                                   metrics_,
                                                                   log_,
                                                                   config_.limits,
                                                                   network.act_context()});
    removals_ = std::make_unique<service::Removals>(*context_, keys.log_key);
    documents_ = std::make_unique<service::Documents>(*context_, *objects_);
    documents_->remove_leftovers();
    dispatcher_ = std::make_unique<service::Dispatcher>(*context_, *documents_);
    web_ = std::make_unique<service::Web>(*context_, *documents_);
    gate_ = std::make_unique<session::Gate>(*trust_,
                                            *repositories_,
                                            *pipeline_,
                                            *cpu_,
                                            *blocking_,
                                            clock_,
                                            metrics_,
                                            log_,
                                            config_.limits);
    hub_.on_revocation = [this](const commit::CertificatesRevoked& event) {
        dispatcher_->audit().refresh_trust();
        removals_->take(event);
    };
    hub_.on_removal_due = [this](const commit::RemovalDue& event) {
        removals_->take(event);
    };
}

void Application::Impl::listen(const ServerKeys& keys) {
    tls_ = std::make_unique<asio::ssl::context>(
        or_fail(net::make_tls_context(keys.tls_certificate, keys.tls_key.private_key),
                "the TLS certificate and key cannot be used"));
    connections_ =
        std::make_shared<const net::ConnectionContext>(net::ConnectionContext{*tls_,
                                                                              *gate_,
                                                                              registry_,
                                                                              *dispatcher_,
                                                                              *web_,
                                                                              *blocking_,
                                                                              tasks_,
                                                                              metrics_,
                                                                              log_,
                                                                              config_.limits});
    try {
        listener_ =
            std::make_shared<net::Listener>(io_.get_executor(), connections_, config_.listen);
        if (config_.metrics.enabled) {
            auto healthy = [this] {
                return !pipeline_->counters().read_only && documents_->is_writable();
            };
            metrics_listener_ = std::make_shared<admin::MetricsListener>(
                io_.get_executor(), config_.metrics, metrics_, std::move(healthy), tasks_);
        }
    } catch (const boost::system::system_error& error) {
        throw StartError("cannot listen: " + std::string{error.what()});
    }
    add_gauges();
}

void Application::Impl::add_gauges() {
    const auto pipeline = [this](auto member) {
        return [this, member] {
            return static_cast<std::int64_t>(pipeline_->counters().*member);
        };
    };
    metrics_.add_gauge(
        "serai_batches", "Batches written.", pipeline(&commit::PipelineCounters::batches));
    metrics_.add_gauge(
        "serai_intents", "Intents decided.", pipeline(&commit::PipelineCounters::intents));
    metrics_.add_gauge("serai_intents_refused",
                       "Of those, refused.",
                       pipeline(&commit::PipelineCounters::refused));
    metrics_.add_gauge("serai_intents_waiting",
                       "Intents in the queue.",
                       pipeline(&commit::PipelineCounters::waiting));
    metrics_.add_gauge("serai_read_only",
                       "1 after a failed write.",
                       pipeline(&commit::PipelineCounters::read_only));
    metrics_.add_gauge("serai_documents_read_only",
                       "1 after a failed write of a document.",
                       [this] { return std::int64_t{documents_->is_writable() ? 0 : 1}; });
    metrics_.add_gauge("serai_log_leaves", "Leaves of the audit log.", [this] {
        return static_cast<std::int64_t>(repositories_->log().size().value());
    });
}

void Application::Impl::run() {
    blocking_->post([this] { removals_->propose_everywhere(); });
    listener_->start();
    if (metrics_listener_) {
        metrics_listener_->start();
    }
    tasks_.spawn(io_.get_executor(), "collector", collect(this));
    tasks_.spawn(io_.get_executor(), "expirer", expire(this));
    for (std::size_t i = 0; i < config_.threads.io; ++i) {
        threads_.emplace_back([this] { io_.run(); });
    }
    log_.info("listening",
              {{"address", config_.listen.address}, {"port", std::uint64_t{listener_->port()}}});
}

// Uploads that nobody sealed are removed in time.
asio::awaitable<void> Application::Impl::collect(Impl* self) {
    for (;;) {
        self->collector_.expires_after(kCollectEvery);
        co_await self->collector_.async_wait(asio::use_awaitable);
        self->blocking_->post([self] { self->documents_->collect(); });
    }
}

// A request finds out by itself; this is for those who only listen.
asio::awaitable<void> Application::Impl::expire(Impl* self) {
    for (;;) {
        self->expirer_.expires_after(kExpireEvery);
        co_await self->expirer_.async_wait(asio::use_awaitable);
        self->registry_.expire(self->clock_.now_seconds());
    }
}

void Application::Impl::wait_for_signal() {
    asio::signal_set signals{io_, SIGINT, SIGTERM};
    signals.async_wait([this](const boost::system::error_code& error, int signal) {
        if (!error) {
            log_.info("signal", {{"number", static_cast<std::uint64_t>(signal)}});
            const std::lock_guard lock{stop_mutex_};
            stop_requested_ = true;
            stop_wanted_.notify_all();
        }
    });
    std::unique_lock lock{stop_mutex_};
    stop_wanted_.wait(lock, [this] { return stop_requested_; });
}

void Application::Impl::stop() {
    std::call_once(stopped_, [this] {
        log_.info("stopping", {});
        if (listener_) {
            listener_->stop();
        }
        if (metrics_listener_) {
            metrics_listener_->stop();
        }
        if (pipeline_) {
            pipeline_->drain();
        }
        registry_.end_all(WireError::shutting_down);
        if (!threads_.empty()) {
            asio::post(io_, [this] {
                collector_.cancel();
                expirer_.cancel();
            });
            if (!tasks_.wait(config_.shutdown_timeout)) {
                registry_.abort_all();
                tasks_.cancel();
                tasks_.wait(kAbortTime);
            }
        }
        if (cpu_) {
            cpu_->stop();
        }
        if (blocking_) {
            blocking_->stop();
        }
        work_.reset();
        io_.stop();
        for (auto& thread : threads_) {
            thread.join();
        }
        metrics_.clear_gauges();
        log_.info("stopped", {});
        const std::lock_guard lock{stop_mutex_};
        stop_requested_ = true;
        stop_wanted_.notify_all();
    });
}

Application::Application(const Config& config, Replacements replacements)
    : impl_(std::make_unique<Impl>(config, std::move(replacements))) {}

Application::~Application() = default;

std::uint16_t Application::port() const {
    return impl_->port();
}

std::uint16_t Application::metrics_port() const {
    return impl_->metrics_port();
}

void Application::wait_for_signal() {
    impl_->wait_for_signal();
}

void Application::stop() {
    impl_->stop();
}

repo::Repositories& Application::repositories() {
    return impl_->repositories();
}

}  // namespace serai::server
