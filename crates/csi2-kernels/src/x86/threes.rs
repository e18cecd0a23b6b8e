//! Three lanes, where bytes are gathered from vectors of 16.

/// For each of three vectors, which byte of each of three others comes where; others than their own leave a 0.
pub(crate) type Gather = [[[u8; 16]; 3]; 3];

/// From 16 bytes of each lane to rows.
pub(crate) static JOINED_3: Gather = {
    let mut places = [[[0x80; 16]; 3]; 3];
    let mut index = 0;
    while index < 48 {
        places[index / 16][index % 3][index % 16] = (index / 3) as u8;
        index += 1;
    }
    places
};

/// From rows to 16 bytes of each lane.
pub(crate) static SPLIT_3: Gather = {
    let mut places = [[[0x80; 16]; 3]; 3];
    let mut index = 0;
    while index < 48 {
        places[index % 3][index / 16][index / 3] = (index % 16) as u8;
        index += 1;
    }
    places
};
