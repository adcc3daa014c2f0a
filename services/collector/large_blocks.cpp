/// The collector's operator new: blocks of several megabytes come in whole pages of 2 MiB where the kernel has them
/// (Linux, Documentation/admin-guide/mm/transhuge.rst, "madvise"). A big world's tables are hundreds of megabytes that
/// are looked up in all over and made anew each tick: with pages of 4 KiB, finding and clearing these takes longer than
/// what is done with them. Part of programs, not of libraries: the linker would leave it out.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include <malloc.h>
#include <sys/mman.h>

namespace {

constexpr std::size_t kPage = 2U << 20U;
constexpr std::size_t kLarge = 2 * kPage;

/// Large blocks go back to the kernel when they are freed. By itself the C library would keep blocks of up to 32 MiB,
/// in pieces that the next ones do not fit into.
[[maybe_unused]] const int kGivenBack = ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(kLarge));

void* allocate(std::size_t bytes) {
    if (bytes < kLarge || bytes > SIZE_MAX - kPage) {
        return std::malloc(bytes == 0 ? 1 : bytes);
    }
    const std::size_t pages = (bytes + kPage - 1) / kPage * kPage;
    void* block = std::aligned_alloc(kPage, pages);
    if (block != nullptr) {
        (void)::madvise(block, pages, MADV_HUGEPAGE);  // a kernel without them is only slower
    }
    return block;
}

}  // namespace

void* operator new(std::size_t bytes) {
    for (;;) {
        if (void* block = allocate(bytes)) {
            return block;
        }
        const std::new_handler handler = std::get_new_handler();
        if (handler == nullptr) {
            throw std::bad_alloc();
        }
        handler();
    }
}

void operator delete(void* block) noexcept {
    std::free(block);
}

void operator delete(void* block, std::size_t /*bytes*/) noexcept {
    std::free(block);
}
