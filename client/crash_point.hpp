// The places at which the crash tests end a client (storage/file/crash_point.hpp). Nothing at all in a release.
#pragma once

#include "storage/file/crash_point.hpp"
