package dev.sagitta.distance.kernel;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Memory that is read here and there, such as vectors and links: in huge pages where it can be, so
 * that a read that misses the cache finds its address without a second miss.
 *
 * <p>That takes Linux, transparent huge pages that may be asked for ({@code always} or {@code
 * madvise} in {@code /sys/kernel/mm/transparent_hugepage/enabled}), and native access for this
 * module, which the host grants by {@code --enable-native-access}. Elsewhere, and for less than two
 * mebibytes, it is memory as the arena gives it. Either way it is zeroed, native, and of the one
 * class of segment that kernels have met.
 */
public final class ScatteredMemory {
  private static final long HUGE_PAGE_BYTES = 2L << 20;

  private ScatteredMemory() {}

  /** Whether large pieces are asked for in huge pages; the system may still give small ones. */
  static boolean hugePages() {
    return Found.CALLS.isPresent();
  }

  /**
   * Zeroed memory that starts on a cache line and lives as long as the arena.
   *
   * @param bytes above 0
   * @throws OutOfMemoryError if there is none
   */
  public static MemorySegment allocate(Arena arena, long bytes) {
    Optional<MemorySegment> mapped =
        bytes < HUGE_PAGE_BYTES
            ? Optional.empty()
            : Found.CALLS.flatMap(calls -> calls.map(arena, bytes));
    return mapped.orElseGet(() -> arena.allocate(bytes, RowFormat.ALIGNMENT_BYTES));
  }

  /** Looked for when the first large piece is wanted. */
  private static final class Found {
    private static final Optional<Calls> CALLS = Calls.find();
  }

  /**
   * The system calls.
   *
   * @param mmap maps anonymous memory
   * @param madvise asks for huge pages
   * @param munmap gives it back
   */
  private record Calls(MethodHandle mmap, MethodHandle madvise, MethodHandle munmap) {
    // Of Linux, the same on all its 64-bit processors that Java runs on.
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;

    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final ValueLayout.OfLong SIZE = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    static Optional<Calls> find() {
      boolean linux = System.getProperty("os.name", "").equals("Linux");
      if (!linux || !ScatteredMemory.class.getModule().isNativeAccessEnabled()) {
        return Optional.empty();
      }
      try {
        return link();
      } catch (UnsupportedOperationException noLinker) {
        return Optional.empty();
      }
    }

    private static Optional<Calls> link() {
      return function("mmap", FunctionDescriptor.of(POINTER, POINTER, SIZE, INT, INT, INT, SIZE))
          .flatMap(
              mmap ->
                  function("madvise", FunctionDescriptor.of(INT, POINTER, SIZE, INT))
                      .flatMap(
                          madvise ->
                              function("munmap", FunctionDescriptor.of(INT, POINTER, SIZE))
                                  .map(munmap -> new Calls(mmap, madvise, munmap))));
    }

    @SuppressWarnings("restricted") // find asked whether this module may
    private static Optional<MethodHandle> function(String name, FunctionDescriptor descriptor) {
      Linker linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find(name)
          .map(address -> linker.downcallHandle(address, descriptor));
    }

    /** Memory with as many huge pages as fit; empty if the system gives none. */
    @SuppressWarnings("restricted") // find asked whether this module may
    Optional<MemorySegment> map(Arena arena, long bytes) {
      // One page more, because the first may have to begin behind where the mapping does.
      long mappedBytes = Math.addExact(bytes, HUGE_PAGE_BYTES);
      long address = map(mappedBytes);
      if (address == -1) {
        return Optional.empty();
      }
      // All of it, because a mapping that is advised in part counts as several.
      advise(address, mappedBytes);
      long begin = Math.ceilDiv(address, HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES;
      try {
        return Optional.of(
            MemorySegment.ofAddress(begin)
                .reinterpret(bytes, arena, segment -> unmap(address, mappedBytes)));
      } catch (RuntimeException | Error e) {
        unmap(address, mappedBytes);
        throw e;
      }
    }

    private long map(long bytes) {
      try {
        MemorySegment address =
            (MemorySegment)
                mmap.invokeExact(
                    MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        return address.address();
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    /** Asks for huge pages; without them the memory is as good, but slower. */
    private void advise(long address, long bytes) {
      try {
        int unused =
            (int) madvise.invokeExact(MemorySegment.ofAddress(address), bytes, MADV_HUGEPAGE);
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    private void unmap(long address, long bytes) {
      try {
        int unused = (int) munmap.invokeExact(MemorySegment.ofAddress(address), bytes);
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    /** A system call throws nothing; errors of the virtual machine go on. */
    private static RuntimeException unexpected(Throwable e) {
      if (e instanceof Error error) {
        throw error;
      }
      return new IllegalStateException(e);
    }
  }
}
