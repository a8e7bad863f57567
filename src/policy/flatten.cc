// SPDX-License-Identifier: Apache-2.0

#include "policy/flatten.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "absl/types/span.h"

namespace privet::policy {
namespace {

using Ref = Diagram::Ref;

bool Lists(const Word& word, const Bits& categories) {
  for (const std::uint32_t category : categories.Members()) {
    const std::size_t part = category / 64;
    if (part >= word.listed.size() ||
        ((word.listed[part] >> (category % 64)) & 1) == 0) {
      return false;
    }
  }
  return true;
}

// Collects the disjoint cubes in which a function is not what it is otherwise,
// as long as there are few. Numbers are form + 1, or 0.
class Flattener {
 public:
  Flattener(const Diagram& diagram, const std::vector<Var>& vars,
            const std::map<Ref, std::uint32_t>& permits,
            std::uint32_t otherwise)
      : diagram_(diagram),
        vars_(vars),
        permits_(permits),
        otherwise_(otherwise) {}

  // False: it needs more than a leaf has.
  bool Run(Ref function) { return Visit(function, {}); }
  std::size_t count() const { return cubes_.size(); }

  // Returns the leaf: its first line, and those behind it.
  std::vector<Leaf> Lines() const {
    std::vector<Leaf> lines(std::max<std::size_t>(1, (cubes_.size() + 2) / 3));
    lines.front().otherwise = static_cast<std::uint16_t>(otherwise_);
    lines.front().lines = static_cast<std::uint8_t>(lines.size());
    if (lines.size() > 1) lines.front().kind = Leaf::kMoreCubes;
    for (std::size_t i = 0; i < cubes_.size(); ++i) {
      Leaf& line = lines[i / 3];
      const Cube& cube = cubes_[i];
      line.mask[i % 3] = cube.mask;
      line.value[i % 3] = cube.value;
      line.flips[i % 3] = static_cast<std::uint16_t>(cube.permits ^ otherwise_);
      line.part[i % 3] = static_cast<std::uint8_t>(std::max(cube.part, 0));
    }
    return lines;
  }

 private:
  struct Cube {
    int part = -1;  // of the word; -1: none yet
    std::uint64_t mask = 0, value = 0;
    std::uint32_t permits = 0;
  };

  bool IsOtherwise(Ref ref) const {
    return Diagram::IsNumber(ref) && permits_.at(ref) == otherwise_;
  }

  bool Visit(Ref ref, const Cube& cube) {
    if (IsOtherwise(ref)) return true;
    if (Diagram::IsNumber(ref)) return Add(cube, permits_.at(ref));
    const Var& var = vars_[diagram_.VarOf(ref)];
    const auto children = diagram_.ChildrenOf(ref);
    // Answers of class 0 have no bit, so that they, and what is decided like
    // them, are those without the bits of all others.
    if (!VisitWithout(var, children, cube)) return false;
    for (std::size_t k = 1; k < children.size(); ++k) {
      if (children[k] == children[0] || IsOtherwise(children[k])) continue;
      Cube next = cube;
      if (!Ask(var, k, true, &next) || !Visit(children[k], next)) return false;
    }
    return true;
  }

  bool VisitWithout(const Var& var, absl::Span<const Ref> children,
                    const Cube& cube) {
    if (IsOtherwise(children[0])) return true;
    Cube next = cube;
    for (std::size_t k = 1; k < children.size(); ++k) {
      if (children[k] != children[0] && !Ask(var, k, false, &next)) {
        return false;
      }
    }
    return Visit(children[0], next);
  }

  // Adds the bit of a class to a cube; false if it lies in another part.
  static bool Ask(const Var& var, std::size_t some_class, bool set,
                  Cube* cube) {
    const std::uint32_t bit =
        var.offset + static_cast<std::uint32_t>(some_class) - 1;
    const int part = static_cast<int>(bit / 64);
    if (cube->part >= 0 && cube->part != part) return false;
    cube->part = part;
    const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
    cube->mask |= mask;
    if (set) cube->value |= mask;
    return true;
  }

  bool Add(Cube cube, std::uint32_t permits) {
    if (cubes_.size() == std::size_t{3} * Leaf::kMaxLines) return false;
    cube.permits = permits;
    cubes_.push_back(cube);
    return true;
  }

  const Diagram& diagram_;
  const std::vector<Var>& vars_;
  const std::map<Ref, std::uint32_t>& permits_;
  const std::uint32_t otherwise_;
  std::vector<Cube> cubes_;
};

// Adds every number that a function may give.
void AddNumbers(const Diagram& diagram, Ref ref, std::set<Ref>* seen,
                std::vector<Ref>* numbers) {
  if (!seen->insert(ref).second) return;
  if (Diagram::IsNumber(ref)) {
    numbers->push_back(ref);
    return;
  }
  for (const Ref child : diagram.ChildrenOf(ref)) {
    AddNumbers(diagram, child, seen, numbers);
  }
}

// Turns nodes with many children into steps over one bit each.
class WalkMaker {
 public:
  WalkMaker(const Diagram& diagram, const std::vector<Var>& vars,
            Question listed, Walk* walk)
      : diagram_(diagram), vars_(vars), listed_(listed), walk_(*walk) {}

  // Returns the step that begins the function.
  std::int32_t Visit(Ref ref, PermitsOf permits) {
    if (Diagram::IsNumber(ref)) {
      return -1 - static_cast<std::int32_t>(permits(Diagram::ValueOf(ref)));
    }
    const auto known = step_of_.find(ref);
    if (known != step_of_.end()) return known->second;
    const Var& var = vars_[diagram_.VarOf(ref)];
    const auto children = diagram_.ChildrenOf(ref);
    // Taken first, so that step 0 is where the function begins.
    std::vector<std::size_t> asked;
    for (std::size_t k = 1; k < children.size(); ++k) {
      if (children[k] != children[0]) asked.push_back(k);
    }
    const std::size_t first = walk_.steps.size();
    walk_.steps.resize(first + asked.size());
    step_of_[ref] = static_cast<std::int32_t>(first);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const bool is_last = i + 1 == asked.size();
      const std::int32_t with = Visit(children[asked[i]], permits);
      const std::int32_t without =
          is_last ? Visit(children[0], permits)
                  : static_cast<std::int32_t>(first + i + 1);
      const std::uint32_t bit =
          var.offset + static_cast<std::uint32_t>(asked[i]) - 1;
      const bool asks_list = var.question == listed_;
      walk_.asks_list |= asks_list;
      walk_.steps[first + i] = {asks_list ? 0 : std::uint64_t{1} << (bit % 64),
                                bit / 64,
                                {without, with}};
    }
    return static_cast<std::int32_t>(first);
  }

 private:
  const Diagram& diagram_;
  const std::vector<Var>& vars_;
  const Question listed_;
  Walk& walk_;
  std::map<Ref, std::int32_t> step_of_;
};

}  // namespace

// Any of its numbers may be what the function is otherwise: the one that leaves
// fewest cubes.
std::vector<Leaf> FlattenToCubes(const Diagram& diagram,
                                 const std::vector<Var>& vars, Ref function,
                                 PermitsOf permits_of) {
  std::set<Ref> seen;
  std::vector<Ref> numbers;
  AddNumbers(diagram, function, &seen, &numbers);
  std::map<Ref, std::uint32_t> permits;
  for (const Ref number : numbers) {
    permits[number] = permits_of(Diagram::ValueOf(number));
  }
  std::size_t fewest = 3 * Leaf::kMaxLines + 1;
  std::vector<Leaf> lines;
  for (const Ref number : numbers) {
    Flattener flattener(diagram, vars, permits, permits[number]);
    if (!flattener.Run(function) || flattener.count() >= fewest) continue;
    fewest = flattener.count();
    lines = flattener.Lines();
  }
  return lines;
}

std::unique_ptr<Walk> MakeWalk(const Diagram& diagram,
                               const std::vector<Var>& vars, Ref function,
                               PermitsOf permits, Question listed) {
  auto walk = std::make_unique<Walk>();
  WalkMaker(diagram, vars, listed, walk.get()).Visit(function, permits);
  return walk;
}

Verdict EvaluateWalk(const Walk& walk, const Word& word) {
  const bool listed = walk.asks_list && Lists(word, walk.categories);
  std::int32_t at = 0;
  while (at >= 0) {
    const Walk::Step& step = walk.steps[static_cast<std::size_t>(at)];
    const bool with =
        step.mask == 0 ? listed : (word.bits[step.part] & step.mask) != 0;
    at = step.target[with ? 1 : 0];
  }
  const auto permits = static_cast<std::uint32_t>(-1 - at);
  return {permits != 0, static_cast<Form>(permits - (permits != 0))};
}

}  // namespace privet::policy
