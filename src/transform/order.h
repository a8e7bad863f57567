// SPDX-License-Identifier: Apache-2.0
//
// The partial order of forms (docs/transforms.md): which of two transforms
// shows less.

#ifndef PRIVET_TRANSFORM_ORDER_H_
#define PRIVET_TRANSFORM_ORDER_H_

#include <string>

namespace privet::v1 {
class Transform;
}  // namespace privet::v1

namespace privet::transform {

enum class Order {
  kEqual,         // the same form, however it is written
  kStronger,      // the first shows strictly less
  kWeaker,        // the first shows strictly more
  kIncomparable,  // neither can be computed from the other
};

// Compares what two forms show. f is at least as strong as g if anybody can
// compute f(x) from g(x); `drop` is the strongest, `whole` the weakest, and
// constants lie next to `drop`, in the order of their text. `categories` and
// `becomes` are not looked at. A partial order: reflexive, transitive, and
// kEqual exactly where Canonical() agrees.
//
// Where chains or future forms are involved it may say kIncomparable of two
// that are ordered, never the reverse.
Order Compare(const v1::Transform& f, const v1::Transform& g);

// Returns whether Compare(f, g) is kEqual or kStronger.
bool AtLeastAsStrong(const v1::Transform& f, const v1::Transform& g);

// Returns the one way of writing a form: without `categories` and `becomes`,
// defaults filled in, chains flattened and what is absorbed in them left out.
// A form that Validate() refuses is `drop`.
v1::Transform Canonical(const v1::Transform& form);

// Returns the canonical form as one line of text, such as
// `ip_prefix { v4: 24 v6: 48 }`; equal exactly for equal forms.
std::string Describe(const v1::Transform& form);

}  // namespace privet::transform

#endif  // PRIVET_TRANSFORM_ORDER_H_
