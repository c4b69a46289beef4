// A doubly linked list through hooks inside its elements: no allocation, O(1) removal from
// anywhere.
//
//   struct Waiter { ListHook<Waiter> hook; };
//   List<Waiter, &Waiter::hook> waiters;
#pragma once

#include <cstddef>

namespace seedbed {

template <class T>
struct ListHook {
  T* next = nullptr;
  T* previous = nullptr;
  bool linked = false;
};

template <class T, ListHook<T> T::*kHook>
class List {
 public:
  bool empty() const { return first_ == nullptr; }
  T* front() const { return first_; }
  T* back() const { return last_; }
  static T* next(T& element) { return (element.*kHook).next; }
  static T* previous(T& element) { return (element.*kHook).previous; }
  static bool linked(const T& element) { return (element.*kHook).linked; }

  void push_back(T& element) {
    ListHook<T>& hook = element.*kHook;
    hook = {.next = nullptr, .previous = last_, .linked = true};
    (last_ != nullptr ? (last_->*kHook).next : first_) = &element;
    last_ = &element;
  }
  void push_front(T& element) { insert_after(nullptr, element); }

  // After `place`, or first if that is null.
  void insert_after(T* place, T& element) {
    ListHook<T>& hook = element.*kHook;
    hook.linked = true;
    hook.previous = place;
    hook.next = place != nullptr ? (place->*kHook).next : first_;
    (hook.next != nullptr ? (hook.next->*kHook).previous : last_) = &element;
    (place != nullptr ? (place->*kHook).next : first_) = &element;
  }

  void remove(T& element) {
    ListHook<T>& hook = element.*kHook;
    (hook.previous != nullptr ? (hook.previous->*kHook).next : first_) = hook.next;
    (hook.next != nullptr ? (hook.next->*kHook).previous : last_) = hook.previous;
    hook = {};
  }

  T* pop_front() {
    T* const element = first_;
    if (element == nullptr) return nullptr;
    ListHook<T>& hook = element->*kHook;
    first_ = hook.next;
    (first_ != nullptr ? (first_->*kHook).previous : last_) = nullptr;
    hook = {};
    return element;
  }

 private:
  T* first_ = nullptr;
  T* last_ = nullptr;
};

}  // namespace seedbed
