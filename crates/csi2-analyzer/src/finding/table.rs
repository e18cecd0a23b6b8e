//! One row per finding. Listings, JSON and the diagnosis take names, meanings and advice from here.

use super::FindingCode::*;
use super::FindingRow;
use super::Severity::*;

/// All codes, in the order of [`super::FindingCode`].
pub const FINDINGS: &[FindingRow] = &[
    FindingRow {
        code: SotErr,
        name: "SOT_ERR",
        severity: Warning,
        meaning: "A lane's sync byte had one wrong bit and was accepted; the burst's data is used.",
        advice: "Marginal eye or data settle time: check T_HS-SETTLE of the receiver, termination and trace length of the \
                 lane named; lower the bit rate to see whether it goes away. If every burst shows it on one lane, \
                 suspect that lane's skew or, in a capture, too few samples per bit.",
    },
    FindingRow {
        code: SotSyncErr,
        name: "SOT_SYNC_ERR",
        severity: Error,
        meaning: "A lane went to high speed without a recognisable sync byte; the burst is lost.",
        advice: "Check the channel map first: P and N exchanged turn the sync byte 0xB8 into 0x47. Then data settle time, \
                 signal level and probe of the lane named. In a capture: the sample rate must give at least two samples per bit.",
    },
    FindingRow {
        code: LaneAlignErr,
        name: "LANE_ALIGN_ERR",
        severity: Error,
        meaning: "The lanes' sync bytes are too far apart or one is missing; the burst is lost.",
        advice: "Check the number of lanes: the transmitter may send on fewer than expected. Then a dead or unconnected lane, \
                 unequal trace or probe lengths, and a missing deskew above 1.5 Gb/s. The permitted skew can be raised.",
    },
    FindingRow {
        code: EotSyncErr,
        name: "EOT_SYNC_ERR",
        severity: Warning,
        meaning: "A burst did not end on a byte boundary or its trail was not constant.",
        advice: "Often harmless: the receiver ran on into the trail. If packets of the same bursts are short or wrong too, \
                 a clock edge was lost or gained: check the clock lane, and T_HS-TRAIL of the transmitter.",
    },
    FindingRow {
        code: ControlErr,
        name: "CONTROL_ERR",
        severity: Warning,
        meaning: "A lane showed low-power states in an order that is no request, escape or return to stop.",
        advice: "Glitches on a low-power line: check thresholds of the probe or comparator (about 0.55 V and 0.88 V), \
                 ground, and that P and N of the lane are not exchanged. A glitch filter takes out short spikes.",
    },
    FindingRow {
        code: EscEntryErr,
        name: "ESC_ENTRY_ERR",
        severity: Warning,
        meaning: "A lane entered escape mode with a command that no table has, or with fewer than eight bits of one.",
        advice: "On every escape: the capture samples too slowly for the low-power bits (two samples per T_LPX, 50 ns), or the \
                 thresholds of the low-power receivers are off. Now and then: spikes on a low-power line; a glitch filter \
                 shorter than T_LPX takes them out. Image data does not suffer.",
    },
    FindingRow {
        code: LpSyncErr,
        name: "LP_SYNC_ERR",
        severity: Warning,
        meaning: "Low-power data ended within a byte; its last bits are lost.",
        advice: "A bit was lost or gained: see ESC_ENTRY_ERR for sampling and spikes. Always the same number of bits: the \
                 transmitter does not send whole bytes.",
    },
    FindingRow {
        code: SkewCalSeen,
        name: "SKEW_CAL_SEEN",
        severity: Info,
        meaning: "A deskew burst was sent; it carries no data.",
        advice: "Nothing to do: required before the first data above 1.5 Gb/s, optional below.",
    },
    FindingRow {
        code: UlpsSeen,
        name: "ULPS_SEEN",
        severity: Info,
        meaning: "A lane went into the ultra-low-power state.",
        advice: "Nothing to do where the link is meant to sleep. With each burst, and on the clock lane: P and N of its pair \
                 are exchanged, and the requests of high speed look like it.",
    },
    FindingRow {
        code: TriggerSeen,
        name: "TRIGGER_SEEN",
        severity: Info,
        meaning: "A lane carried an escape command that is a trigger: the reset trigger, or one without a public meaning.",
        advice: "A CSI-2 transmitter has little use for triggers: expect them at start-up or from test modes only.",
    },
    FindingRow {
        code: LpdtSeen,
        name: "LPDT_SEEN",
        severity: Info,
        meaning: "A lane began to send low-power data; image data is never sent so.",
        advice: "List the capture with its events to see the bytes. On a link that should carry CSI-2 only, ask whether it is \
                 one: DSI uses low-power data for commands.",
    },
    FindingRow {
        code: TurnaroundSeen,
        name: "TURNAROUND_SEEN",
        severity: Info,
        meaning: "A turnaround of the lane was asked for; the other side may drive it from now on.",
        advice: "CSI-2 links go one way: this is a DSI link, or P and N of the lane are exchanged.",
    },
    FindingRow {
        code: TimingOutOfRange,
        name: "TIMING_OUT_OF_RANGE",
        severity: Warning,
        meaning: "A duration of the line protocol is shorter or longer than D-PHY allows at this bit rate.",
        advice: "Look for the parameter's register in the transmitter's D-PHY settings: values are often left as they were for \
                 another bit rate. In a capture, the thresholds of the probe move the edges of low-power states; compare the \
                 lanes. Receivers that find the sync bytes may work all the same, others will not.",
    },
    FindingRow {
        code: EccCorrected,
        name: "ECC_CORRECTED",
        severity: Warning,
        meaning: "One bit of a packet header was wrong and was corrected; the packet is used.",
        advice: "Single bits flip on the link: check termination, supply noise and settle time; look whether checksums fail \
                 as well and whether one lane is to blame. Three wrong bits can look like one: distrust the packet if its \
                 checksum fails too.",
    },
    FindingRow {
        code: EccDouble,
        name: "ECC_DOUBLE",
        severity: Error,
        meaning: "Two or more bits of a packet header are wrong; the packet and the rest of its burst are lost.",
        advice: "Scattered: bit errors, see ECC_CORRECTED. In every packet: wrong lane order or lane count, wrong \
                 header extension setting, or scrambling. The channel named is as received and may itself be wrong.",
    },
    FindingRow {
        code: CrcErr,
        name: "CRC_ERR",
        severity: Error,
        meaning: "A payload does not match its checksum; the framing is intact.",
        advice: "Scattered: bit errors; check signal integrity, and lower the bit rate to compare. In every packet: bytes in \
                 the wrong order, a transmitter that sends no checksum, or a word count that includes padding.",
    },
    FindingRow {
        code: WcShort,
        name: "WC_SHORT",
        severity: Error,
        meaning: "A burst or the capture ended inside a packet: fewer bytes came than the header announced.",
        advice: "At the end of the capture: the recording was stopped. Elsewhere: the transmitter was starved (pixel clock \
                 or FIFO too slow for the line), the word count is set too large, or a lane dropped out.",
    },
    FindingRow {
        code: TrailingData,
        name: "TRAILING_DATA",
        severity: Warning,
        meaning: "Bytes follow a packet that are neither trail nor another packet.",
        advice: "The word count is too small for what is sent, or the number of lanes is wrong so that the trail is not \
                 recognised. Harmless if checksums match.",
    },
    FindingRow {
        code: WcGranularity,
        name: "WC_GRANULARITY",
        severity: Warning,
        meaning: "The word count is no whole number of pixel groups; the last pixels cannot be decoded.",
        advice: "Set the line width to a multiple of the group (RAW10: 4 pixels in 5 bytes; RAW12: 2 in 3), or check that \
                 the data type is the one that is really packed.",
    },
    FindingRow {
        code: IdErr,
        name: "ID_ERR",
        severity: Error,
        meaning: "A packet has a reserved data type; its payload is not decoded.",
        advice: "The data type register of the transmitter holds a wrong or vendor-specific value; a single occurrence next to \
                 ECC findings is a damaged header. 0x04 ends a transmission in later versions: nothing to do there.",
    },
    FindingRow {
        code: VcUnexpected,
        name: "VC_UNEXPECTED",
        severity: Warning,
        meaning: "A packet uses a virtual channel that this link should not have.",
        advice: "If the transmitter is CSI-2 v2.0 or later, switch the header extension on: channels 4 to 15 are what it is \
                 for, and receivers of v1.x drop their packets as uncorrectable. If it is v1.x, the two top bits of the ECC \
                 byte should be zero. A corrected header alone: more than one of its bits was wrong; see ECC_CORRECTED.",
    },
    FindingRow {
        code: FrameSyncErr,
        name: "FRAME_SYNC_ERR",
        severity: Error,
        meaning: "Frame start and frame end do not pair up.",
        advice: "A lost short packet: look for ECC_DOUBLE, SOT_SYNC_ERR or lost data just before. If only the numbers differ \
                 in every frame, the transmitter numbers its frame ends badly; receivers that pair by order do not mind. \
                 At the end of a capture: the recording or the transmitter was stopped inside a frame.",
    },
    FindingRow {
        code: FrameSeqErr,
        name: "FRAME_SEQ_ERR",
        severity: Warning,
        meaning: "Frame numbers do not follow each other (always 0; or by 1 or 2 with a return to 1).",
        advice: "Frames are missing: the capture lost data or the transmitter dropped frames. At a return to 1: the stream \
                 was stopped and started. A zero in a numbered sequence: the transmitter wraps to 0 instead of 1. If numbers \
                 look random, the transmitter does not number its frames.",
    },
    FindingRow {
        code: FrameDataErr,
        name: "FRAME_DATA_ERR",
        severity: Error,
        meaning: "A frame ended in which at least one payload had a wrong checksum.",
        advice: "See the CRC_ERR findings of this frame.",
    },
    FindingRow {
        code: LineSyncErr,
        name: "LINE_SYNC_ERR",
        severity: Error,
        meaning: "Line start and line end packets do not pair up, or only some lines of a data type have them.",
        advice: "A lost short packet: look for ECC_DOUBLE or SOT_SYNC_ERR just before. If regular, the transmitter sends line \
                 start and end for some lines only (embedded or blanking lines of the same data type).",
    },
    FindingRow {
        code: LineSeqErr,
        name: "LINE_SEQ_ERR",
        severity: Warning,
        meaning: "Line numbers do not follow each other.",
        advice: "Lines are missing: the capture lost data, or the transmitter skipped them. Numbers are logical: some \
                 transmitters restart or leave gaps between regions.",
    },
    FindingRow {
        code: LineLengthChange,
        name: "LINE_LENGTH_CHANGE",
        severity: Warning,
        meaning: "A line's word count differs from that of the lines before it.",
        advice: "Once and for good: the sensor changed its mode. Now and then: the transmitter cuts lines (check its FIFO), \
                 or lines of several kinds share one data type.",
    },
    FindingRow {
        code: LineCountChange,
        name: "LINE_COUNT_CHANGE",
        severity: Warning,
        meaning: "A frame has another number of lines than the frame before.",
        advice: "Fewer lines now and then: lines were lost without a trace in the capture or on the link. Once and for good: \
                 the sensor changed its mode.",
    },
    FindingRow {
        code: ModeChange,
        name: "MODE_CHANGE",
        severity: Info,
        meaning: "From one frame to the next the link sends another geometry, data type, set of virtual channels or number \
                  of lanes, and stays with it.",
        advice: "Nothing to do where the sensor was told so. Else look for writes to its mode registers, or for a reset that \
                 brought back its defaults; the receiver has to be set for the new mode too.",
    },
    FindingRow {
        code: DataOutsideFrame,
        name: "DATA_OUTSIDE_FRAME",
        severity: Error,
        meaning: "Image data came outside frame start and frame end of its virtual channel; receivers drop it.",
        advice: "At the start of a capture: it began inside a frame. Else a frame start was lost (look for ECC_DOUBLE just \
                 before) or is sent on another virtual channel than the data.",
    },
    FindingRow {
        code: Yuv420WcErr,
        name: "YUV420_WC_ERR",
        severity: Error,
        meaning: "YUV420 lines are not alternately one and two words long: even lines must be twice the odd ones.",
        advice: "The transmitter sends another layout under this data type (legacy YUV420 is 0x1A, YUV422 is 0x1E), \
                 begins frames with the longer line, or a single line was lost.",
    },
    FindingRow {
        code: EmbeddedErr,
        name: "EMBEDDED_ERR",
        severity: Warning,
        meaning: "An embedded row begins as a row of tagged registers and breaks their rules, though its checksum is right.",
        advice: "In every frame: the sensor packs its embedded rows for another data type than it sends, or another format \
                 begins with the same byte. In the first frame, or now and then: sensors are known to send junk at start-up and \
                 after a change of mode. Registers before the place named are good.",
    },
    FindingRow {
        code: ProfileMismatch,
        name: "PROFILE_MISMATCH",
        severity: Warning,
        meaning: "The stream is not what the profile of its sensor says.",
        advice: "Another mode of the sensor may be set than the one named: without a mode the best is looked for. Size or data \
                 type: output window, binning and format registers, or a receiver that crops. Line time: line length and \
                 pixel clock; lane rate: PLL. A driver with settings of its own: describe them in a profile.",
    },
    FindingRow {
        code: FrameUnpaired,
        name: "FRAME_UNPAIRED",
        severity: Warning,
        meaning: "A frame of one link has no partner on the other, although both were recorded.",
        advice: "Look for findings of the other link at this time: a lost frame start, or a gap of its capture. Every nth \
                 frame: the two run at different frame rates. All of them: the captures were started apart and have no \
                 common time; align them by their first frames.",
    },
    FindingRow {
        code: FrameDrift,
        name: "FRAME_DRIFT",
        severity: Warning,
        meaning: "The frame periods of two links differ: their frame starts drift apart.",
        advice: "The sensors are not locked. Check that the synchronisation wire (XVS) is connected and driven, that one sensor \
                 is the master and the other a slave, and that the slave's frame length is not longer than the master's. \
                 Without a wire, crystals differ by up to some tens of ppm.",
    },
    FindingRow {
        code: CaptureLoss,
        name: "CAPTURE_LOSS",
        severity: Error,
        meaning: "The capture itself has a gap: data is missing that the link may have carried.",
        advice: "Raise the buffer or lower the rate of the capturing device; do not blame the link for what follows.",
    },
];
