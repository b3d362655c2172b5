// What changes a group, from structures in memory to bytes for the wire and back.
#include "bench/mls/primitive_costs.hpp"
#include "bench/mls/scene.hpp"

#include <bit>

namespace serai::bench::mls {

namespace {

using protocol::codec::decode_exact;
using protocol::codec::encode;

std::size_t tree_bytes(const Group& group) {
    return encode(group.view()->tree().to_nodes()).size();
}

void create(benchmark::State& state) {
    auto& scene = cold_group(suite_of(state), members_of(state));
    const Person& founder = scene.founder_person();
    for (auto _ : state) {
        const auto pending =
            need(found(suite_of(state), founder)
                     .commit(founder.identity, founder.signer(), scene.bulk_add, policy()));
        benchmark::DoNotOptimize(encode(pending.commit));
        benchmark::DoNotOptimize(encode(MlsMessage{*pending.welcome}));
    }
    const std::size_t added = members_of(state) - 1;
    Needs needs;
    needs.verifications = 2 * added;
    needs.signatures = 5;  // leaf twice, commit, GroupInfo for the server and for the Welcome
    needs.public_keys = 2 + static_cast<std::size_t>(std::bit_width(added));
    needs.add_hpke_seals(added);
    needs.hashed_bytes = tree_bytes(scene.founder) + scene.commit.size();
    report(state,
           {.floor = seconds_for(needs),
            .commit_bytes = scene.commit.size(),
            .welcome_bytes = scene.welcome.size()});
}

void join(benchmark::State& state) {
    auto& scene = cold_group(suite_of(state), members_of(state));
    for (auto _ : state) {
        const auto message = need(decode_exact<MlsMessage>(scene.welcome));
        benchmark::DoNotOptimize(need(Group::join(
            *message.get<Welcome>(), scene.last_person().key_package, nullptr, policy())));
    }
    Needs needs;
    needs.verifications = members_of(state) + 1;
    needs.agreements = 1;
    needs.public_keys = 1;
    needs.hashed_bytes = tree_bytes(scene.last);
    report(state, {.floor = seconds_for(needs), .welcome_bytes = scene.welcome.size()});
}

void create_update(benchmark::State& state, Group& group, const Person& person) {
    std::size_t commit_bytes = 0;
    for (auto _ : state) {
        const auto pending = need(group.commit(person.identity, person.signer(), {}, policy()));
        commit_bytes = encode(pending.commit).size();
    }
    Needs needs;
    needs.signatures = 3;  // leaf, commit, GroupInfo for the server
    needs.public_keys = 1;
    for (const auto& step : group.view()->tree().filtered_direct_path(group.own_leaf(), {})) {
        ++needs.public_keys;
        needs.add_hpke_seals(step.resolution.size());
    }
    needs.hashed_bytes = commit_bytes;
    report(state, {.floor = seconds_for(needs), .commit_bytes = commit_bytes});
}

// The two members meet at the root, so the receiver derives the key of one node; on average it would be two.
void process_update(benchmark::State& state, Group& sender, const Person& person, Group& receiver) {
    const Bytes commit =
        encode(need(sender.commit(person.identity, person.signer(), {}, policy())).commit);
    for (auto _ : state) {
        const auto message = need(decode_exact<MlsMessage>(commit));
        benchmark::DoNotOptimize(need(receiver.stage(message, policy())));
    }
    Needs needs;
    needs.verifications = 2;  // leaf, commit
    needs.agreements = 1;
    needs.public_keys = 1;
    needs.hashed_bytes = commit.size();
    report(state, {.floor = seconds_for(needs), .commit_bytes = commit.size()});
}

void update_create_cold(benchmark::State& state) {
    auto& scene = cold_group(suite_of(state), members_of(state));
    create_update(state, scene.founder, scene.founder_person());
}

void update_create_warm(benchmark::State& state) {
    auto& scene = warm_group(suite_of(state), members_of(state));
    create_update(state, scene.first, scene.first_person());
}

void update_process_cold(benchmark::State& state) {
    auto& scene = cold_group(suite_of(state), members_of(state));
    process_update(state, scene.founder, scene.founder_person(), scene.last);
}

void update_process_warm(benchmark::State& state) {
    auto& scene = warm_group(suite_of(state), members_of(state));
    process_update(state, scene.first, scene.first_person(), scene.last);
}

void save(benchmark::State& state) {
    const auto& group = warm_group(suite_of(state), members_of(state)).first;
    SavedGroup saved = group.save();
    for (auto _ : state) {
        saved = group.save();
    }
    report(state,
           {.public_bytes = saved.public_state.size(), .secret_bytes = saved.secret_state.size()});
}

void load(benchmark::State& state) {
    const auto& group = warm_group(suite_of(state), members_of(state)).first;
    const SavedGroup saved = group.save();
    for (auto _ : state) {
        benchmark::DoNotOptimize(need(Group::load(saved.public_state, saved.secret_state)));
    }
    Needs needs;
    needs.hashed_bytes = saved.public_state.size();
    report(state, {.floor = seconds_for(needs)});
}

BENCHMARK(create)->Apply(group_sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(join)->Apply(group_sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(update_create_cold)->Apply(group_sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(update_process_cold)->Apply(group_sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(update_create_warm)->Apply(group_sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(update_process_warm)->Apply(group_sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(save)->Apply(group_sizes)->Unit(benchmark::kMillisecond);
BENCHMARK(load)->Apply(group_sizes)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace serai::bench::mls
