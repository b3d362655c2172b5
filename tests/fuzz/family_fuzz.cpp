// One family's target; the build says which: SERAI_FUZZ_FAMILY is a name of families.hpp.
#include "tests/fuzz/families.hpp"
#include "tests/fuzz/fuzz.hpp"

SERAI_FUZZ_TARGET(serai::fuzz::check_family<serai::fuzz::SERAI_FUZZ_FAMILY>)
