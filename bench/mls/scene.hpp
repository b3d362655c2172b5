// Groups to measure: made once for each suite and size, then shared by all measurements, which do not change them.
#pragma once

#include "crypto/mls/group/group.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

namespace serai::bench::mls {

using namespace serai::crypto;
using namespace serai::crypto::mls;

// Every credential is good: what a certificate costs is no part of MLS.
[[nodiscard]] const ValidationPolicy& policy();

// One device, with its key package not yet used.
struct Person {
    LeafIdentity identity;
    KeyPackageSecrets key_package;

    [[nodiscard]] const SignaturePrivateKey& signer() const { return identity.keys.private_key; }
};

[[nodiscard]] Person make_person(const CipherSuite& suite, std::size_t number);

// A group straight after its founder, leaf 0, added everybody else in one commit: no parent off the founder's path has a key.
struct ColdGroup {
    std::vector<Person> people;  // by leaf
    CommitOptions bulk_add;      // of all but the founder; the Welcome brings the tree
    Group founder;
    Group last;  // as joined by the last person
    Bytes commit;
    Bytes welcome;

    [[nodiscard]] const Person& founder_person() const { return people.front(); }

    [[nodiscard]] const Person& last_person() const { return people.back(); }
};

// The same after every member has committed once: every parent has a key. Made from parts, since the members of a large group
// would each have to follow all commits of the others. `first` is leaf 0, `last` the last leaf; they meet at the root.
struct WarmGroup {
    std::vector<Person> people;
    Group first;
    Group last;

    [[nodiscard]] const Person& first_person() const { return people.front(); }

    [[nodiscard]] const Person& last_person() const { return people.back(); }
};

[[nodiscard]] ColdGroup& cold_group(const CipherSuite& suite, std::size_t members);
[[nodiscard]] WarmGroup& warm_group(const CipherSuite& suite, std::size_t members);

// A group of its founder alone.
[[nodiscard]] Group found(const CipherSuite& suite, const Person& founder);

// The value, or an exception with the error's text: a benchmark of something that fails means nothing.
template <class T>
[[nodiscard]] T need(Result<T> result) {
    if (!result) {
        throw std::runtime_error{result.error().message()};
    }
    return std::move(*result);
}

// The arguments that every measurement of a group takes: suites 3 and 1, and the number of members.
void group_sizes(benchmark::internal::Benchmark* measured);
[[nodiscard]] const CipherSuite& suite_of(const benchmark::State& state);
[[nodiscard]] std::size_t members_of(const benchmark::State& state);

}  // namespace serai::bench::mls
