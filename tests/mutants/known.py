"""Mutants of the fixed sample that the tests do not notice, each with the reason."""

from __future__ import annotations

SURVIVORS: dict[str, str] = {
    (
        "anynet._rules.options.listening:_hosts: if value is None: return (None,) -> if F"
        "alse: return (None,)"
    ): "what is no list counts as a list of one: None too",
    (
        "anynet._rules.options.table:Row.checked: if self.check is not None: self.check(n"
        "ame, value) -> if True: self.check(name, value)"
    ): "each row checks or converts",
    (
        "anynet._rules.policy.by_address:address_key: number is None or len(number) == 4 "
        "-> number is None and len(number) == 4 in if number is None or len(number) == 4:"
        " return number"
    ): "an IPv4 address is shorter than a site; a SocketAddress always has a number",
    (
        "anynet.framing._frame_stream:FrameStream._wait_for_frames: self._taken < len(sel"
        "f._frames) -> self._taken <= len(self._frames) in if self._taken < len(self._fra"
        "mes): await anyio.lowlevel.che"
    ): "one more chance for other tasks, before a wait that is one too",
    (
        "anynet._rules.policy.accepting:BackoffState: 0 -> 1 in failed: int = 0"
    ): "any number below the bound decides the same",
    (
        "anynet._rules.values.interval_set:_DisjointIntervals.replace: 0 -> 1 in kept_bef"
        "ore = bisect_left(touched[0][0], first)"
    ): "no interval lies across an end, so both its ends are on one side",
    (
        "anynet.framing._frame_stream:FrameStream.send: if self._closed: raise anyio.Clos"
        "edResourceError -> if False: raise anyio.ClosedResourceError"
    ): "the stream below is closed too, and raises the same",
    (
        "anynet._rules.proxy.protocol:_crc32c_table: 256 -> 257 in for number in range(25"
        "6): for _ in range(8): number = number"
    ): "nobody looks the 257th up",
    (
        "anynet._rules.values.interval_set:_DisjointIntervals.replace: 0 -> 1 in kept_aft"
        "er = bisect_right(touched[-1][0], last)"
    ): "no interval lies across an end, so both its ends are on one side",
    (
        "anynet.framing._splitters:DelimiterSplitter._whole: if self._partial: size += le"
        "n(self._partial) self._partial += pieces[0] pieces[0] = bytes(self._partial) sel"
        "f._partial.c -> if True: size += len(self._partial) self._partial += pieces[0] p"
        "ieces[0] = bytes(self._partial) self._partial.clear()"
    ): "with nothing begun it joins nothing: the same frames",
    (
        "anynet._rules.policy.eviction:Crowd._recount: now > self._most -> now >= self._m"
        "ost in if now > self._most or self._most not in self._by_count: sel"
    ): "where both are equal the same is assigned",
    (
        "anynet._rules.values.interval_set:_SortedIntervals.add: len(block) > _BLOCK_LENG"
        "TH -> len(block) >= _BLOCK_LENGTH in if len(block) > _BLOCK_LENGTH: half = _BLOC"
        "K_LENGTH // 2 sel"
    ): "a block is halved one earlier: only the speed differs",
    (
        "anynet.framing._frame_stream:FrameStream._next_frames: if begin or end < len(fra"
        "mes): frames = frames[begin:end] -> if True: frames = frames[begin:end]"
    ): "a slice of all frames is all frames: only the speed differs",
    (
        "anynet.framing._frame_stream:: 65536 -> 65537 in _CHUNK = 65536"
    ): "how much is received at once means nothing",
    (
        "anynet.framing._splitters:DelimiterSplitter._whole: size - len(pieces) * len(sel"
        "f._delimiter) <= limit -> size - len(pieces) * len(self._delimiter) < limit in i"
        "f size - len(pieces) * len(self._delimiter) <= limit or max"
    ): "the condition of a fast path: each length is looked at instead",
    (
        "anynet._rules.values.interval_set:_DisjointIntervals.replace: 2 -> 3 in size = l"
        "en(firsts) if len(firsts) <= _BLOCK_LENGTH else _BLO"
    ): "a block is cut elsewhere: only the speed differs",
    (
        "anynet.framing._splitters:DelimiterSplitter.split: len(chunk) - len(last) -> len"
        "(chunk) + len(last) in size = len(chunk) - len(last)"
    ): "the condition of a fast path: each length is looked at instead",
    (
        "anynet.framing._splitters:DelimiterSplitter._whole: size - len(pieces) * len(sel"
        "f._delimiter) -> size + len(pieces) * len(self._delimiter) in if size - len(piec"
        "es) * len(self._delimiter) <= limit or max"
    ): "the condition of a fast path: each length is looked at instead",
    (
        "anynet.framing._splitters:LengthSplitter._begun: self._size < 0 -> self._size <="
        " 0 in if self._size < 0: return self._head"
    ): "of a frame of length 0 its header is all there is, packed or kept",
    (
        "anynet.framing._frame_stream:FrameStream.__init__: self._errors = 0 -> pass"
    ): "it is set whenever a chunk is split, before it is looked at",
    (
        "anynet.framing._splitters:DelimiterSplitter._whole: max(map(len, pieces), defaul"
        "t=0) <= limit -> max(map(len, pieces), default=0) < limit in if size - len(piece"
        "s) * len(self._delimiter) <= limit or max"
    ): "the condition of a fast path: each length is looked at instead",
    (
        "anynet._rules.values.interval_set:IntervalSet.remove: 0 -> 1 in merged = self._m"
        "erged.find(interval[0])"
    ): "both ends of an interval lie in the same merged one",
    (
        "anynet._rules.policy.accepting:: 64 -> 65 in MAX_FAILED = 64"
    ): "tests have the number by its name",
    (
        "anynet._rules.policy.by_address:address_key: if number is None or len(number) =="
        " 4: return number -> if False: return number"
    ): "an IPv4 address is shorter than a site; a SocketAddress always has a number",
    (
        "anynet._rules.values.bound_socket:close_forgotten_bound: 3 -> 4 in warnings.warn"
        "(message, ResourceWarning, stacklevel=3, source"
    ): "which line a warning names that has no line of the program",
    (
        "anynet._rules.policy.accepting:BackoffState: 0 -> 1 in unexplained: int = 0"
    ): "any number below the bound decides the same",
    (
        "anynet._rules.values.interval_set:_DisjointIntervals.replace: len(firsts) if "
        "len(firsts) <= _BLOCK_LENGTH else _BLOCK_LENGTH // 2 -> _BLOCK_LENGTH // 2 if "
        "len(firsts) <= _BLOCK_LENGTH else len(firsts) in size = len(firsts) if "
        "len(firsts) <= _BLOCK_LENGTH else _BLO"
    ): "a block is cut elsewhere: only the speed differs",
    (
        "anynet._rules.values.interval_set:_DisjointIntervals.replace: _BLOCK_LENGTH // 2"
        " -> _BLOCK_LENGTH * 2 in size = len(firsts) if len(firsts) <= _BLOCK_LENGTH else"
        " _BLO"
    ): "a block is cut elsewhere: only the speed differs",
    (
        "anynet.framing._splitters:LengthSplitter.__init__: self.errors = 0 -> pass"
    ): "each split sets it, before it is looked at",
    (
        "anynet.framing._splitters:LengthSplitter.__init__: 0 -> 1 in self.errors = 0"
    ): "each split sets it, before it is looked at",
    (
        "anynet._rules.values.interval_set:_SortedIntervals.add: 2 -> 3 in half = "
        "_BLOCK_LENGTH // 2"
    ): "a block is cut elsewhere: only the speed differs",
    (
        "anynet.framing._frame_stream:FrameStream.__init__: 0 -> 1 in self._errors = 0"
    ): "it is set whenever a chunk is split, before it is looked at",
    (
        "anynet._rules.policy.by_address:address_key: 4 -> 5 in if number is None or "
        "len(number) == 4: return number"
    ): "an IPv4 address is shorter than a site: it is itself either way",
    (
        "anynet._rules.policy.accepting:: 1.0 -> 2.0 in MAX_DELAY = 1.0"
    ): "tests have the number by its name",
    (
        "anynet._rules.policy.by_address:TokenBuckets.take: now - self._began >= 2 * self"
        "._period -> now - self._began > 2 * self._period in over = now - self._began >= "
        "2 * self._period"
    ): "a bucket of just then is full, and so as good as none",
    (
        "anynet.framing._splitters:LengthSplitter._continue_frame: self._size < 0 -> self"
        "._size <= 0 in if self._size < 0: return 0"
    ): "an empty frame is whole with its header: none is ever continued",
    (
        "anynet._rules.proxy.protocol:_build_v1: not isinstance(source, SocketAddress) or"
        " not isinstance(destination, SocketAddress) -> not isinstance(source, SocketAddr"
        "ess) and (not isinstance(destination, SocketAddress)) in if not isinstance(sourc"
        "e, SocketAddress) or not isinstance(d"
    ): "a header has both ends or none, and they are of one kind",
    (
        "anynet.framing._errors:IncompleteFrame.__init__: super().__init__(partial) -> pass"
    ): "an exception keeps its arguments before that already",
    (
        "anynet.framing._splitters:DelimiterSplitter.__init__: self.errors = 0 -> pass"
    ): "it is set whenever a chunk is split, before it is looked at",
    (
        "anynet.framing._splitters:LengthSplitter._continue_frame: 0 -> 1 in if self._siz"
        "e < 0: return 0"
    ): "an empty frame is whole with its header: none is ever continued",
    (
        "anynet._rules.proxy.protocol:_address_block: isinstance(source, SocketAddress) a"
        "nd isinstance(destination, SocketAddress) -> isinstance(source, SocketAddress) o"
        "r isinstance(destination, SocketAddress) in if isinstance(source, SocketAddress)"
        " and isinstance(destinat"
    ): "a header has both ends or none, and they are of one kind",
    (
        "anynet.framing._splitters:LengthSplitter._forget_frame: 1 -> 2 in self._size = -1"
    ): "any number below 0 says that no header has come",
}
