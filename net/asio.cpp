// The one unit that has the bodies of Asio's and Beast's functions that are no templates.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
