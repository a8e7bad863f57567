// SPDX-License-Identifier: Apache-2.0
//
// The person that a record is about.

#ifndef PRIVET_SUBJECT_H_
#define PRIVET_SUBJECT_H_

#include <string>
#include <string_view>
#include <utility>

namespace privet {

// Names a person by the host's own id, of 1 to 1,024 bytes. The id enters no
// store, key or message of the library: inside it the person is a random owner.
//
// A value. It has no `<<` and no ToString(), so that it cannot reach a log.
class Subject {
 public:
  explicit Subject(std::string_view id) : id_(id) {}

  // Returns the host's id; empty for NoSubject().
  const std::string& id() const { return id_; }
  bool is_nobody() const { return id_.empty(); }

 private:
  friend Subject NoSubject();
  Subject() = default;

  std::string id_;
};

// Returns the subject of records about nobody.
inline Subject NoSubject() { return Subject(); }

// Says that a record may be opened whoever it is about: for support desks and
// batch jobs. Spelled out, so that it can be searched for.
struct AnySubject {};

// Who a caller says that a sealed record is about: a person, nobody, or anyone.
class SubjectMatch {
 public:
  SubjectMatch(Subject subject)  // NOLINT: converts
      : subject_(std::move(subject)) {}
  SubjectMatch(AnySubject) : subject_(NoSubject()), any_(true) {}  // NOLINT

  bool any() const { return any_; }
  const Subject& subject() const { return subject_; }

 private:
  Subject subject_;
  bool any_ = false;
};

// Says that a person's state and keys are in memory, so that calls about him
// wait for no store. Made by Engine::Prefetch(), which says how long it is so.
//
// It holds nothing: what is in memory obeys erasures, withdrawals and
// objections, whoever has a lease.
class SubjectLease {};

}  // namespace privet

#endif  // PRIVET_SUBJECT_H_
